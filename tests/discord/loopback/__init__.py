"""A Discord of one's own for the tests: REST and gateway on a loopback address, so that the real client runs.

``Loopback`` is the server and the people who write in it. It checks everything it receives against Discord's limits
and, where it is at hand, Discord's own OpenAPI document; what it finds stands in ``problems``.
"""

from tests.discord.loopback.server import Fault, Interaction, Loopback

__all__ = ["Fault", "Interaction", "Loopback"]
