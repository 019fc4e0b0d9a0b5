"""Settings, from ``QA_BOT_*`` environment variables and ``.env``.

``load_settings()`` is called by each command when it runs, never at import.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from qa_bot.errors import SettingsError

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
BUNDLED_RANKER, NO_RANKER = "bundled", "none"
PREFIX = "QA_BOT_"


class Settings(BaseSettings):
    """All settings of qa_bot; ``.env.example`` documents each."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    corpus_dir: Path = Path("seeds")
    index_dir: Path = Path("embeddings")
    embedding_model: Annotated[str, Field(min_length=1)] = DEFAULT_MODEL
    ranker: Annotated[str, Field(min_length=1)] = BUNDLED_RANKER
    min_confidence: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    max_quotes: Annotated[int, Field(ge=1, le=10)] = 3
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"

    discord_token: SecretStr | None = None
    discord_api_base: str | None = None
    discord_gateway: str | None = None
    discord_channels: Annotated[tuple[int, ...], NoDecode] = ()
    discord_admins: Annotated[tuple[int, ...], NoDecode] = ()
    discord_mention_opens_thread: bool = False
    discord_keep_questions: bool = False
    discord_user_questions: Annotated[int, Field(ge=0)] = 10
    discord_user_seconds: Annotated[float, Field(gt=0)] = 30.0
    discord_guild_questions: Annotated[int, Field(ge=0)] = 100
    discord_guild_seconds: Annotated[float, Field(gt=0)] = 60.0
    discord_queue_size: Annotated[int, Field(ge=1)] = 64
    discord_queue_per_user: Annotated[int, Field(ge=1)] = 5
    discord_reload_seconds: Annotated[float, Field(gt=0)] = 5.0
    discord_log_format: Literal["text", "json"] = "text"

    @field_validator("discord_channels", "discord_admins", mode="before")
    @classmethod
    def _ids(cls, value: Any) -> Any:
        """Ids parted by commas or blanks."""
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("discord_token", "discord_api_base", "discord_gateway", mode="before")
    @classmethod
    def _blank_is_none(cls, value: Any) -> Any:
        """A line such as ``QA_BOT_DISCORD_TOKEN=`` in ``.env`` sets nothing."""
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value


def load_settings(**overrides: Any) -> Settings:
    """Read the environment and ``.env``; ``overrides`` win over both.

    Raises ``SettingsError`` with every unusable setting named in one line.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        # The value itself is left out: it may be a token. Of a list the setting is named, not the item.
        faults = [
            f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise SettingsError(f"{'; '.join(dict.fromkeys(faults))}. Mend it in the environment or in .env") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f".env can't be read ({error}); mend or remove it") from None
