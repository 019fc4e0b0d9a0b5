"""Discord's limits, as its documentation gives them; every payload that leaves keeps within them.

Lengths count code points.
"""

from __future__ import annotations

CONTENT = 2000
"""A message's content. The OpenAPI document says 4,000 for some routes; the client refuses to send more than 2,000."""
BUTTONS_PER_ROW = 5
LABEL = 80
CUSTOM_ID = 100
CHOICES = 25
CHOICE = 100
QUESTION_OPTION = 6000
THREAD_NAME = 100
