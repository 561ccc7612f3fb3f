"""Say what a table of config.toml is, and which kinds of values its options have."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, field_validator

from feedsvc.config import checks

Duration = Annotated[timedelta, BeforeValidator(checks.duration)]
Language = Annotated[str, AfterValidator(checks.language_tag)]
Network = Annotated[str, AfterValidator(checks.network)]
Address = Annotated[str, AfterValidator(checks.page_address)]
Names = tuple[str, ...]
Origin = Annotated[str, AfterValidator(checks.origin)]
RslUse = Annotated[str, AfterValidator(checks.rsl_use)]


class Section(BaseModel):
    """One table of config.toml: frozen, and closed to names that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    _sendable = field_validator("*")(checks.sendable)
