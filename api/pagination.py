"""Pagination parameters."""

from typing import Annotated

from fastapi import Query

MAX_PAGE_SIZE = 100
MAX_OFFSET = 2**31 - 1

Limit20 = Annotated[
    int, Query(ge=1, le=MAX_PAGE_SIZE, description="Maximum number of entries, 20 by default.")
]
Limit50 = Annotated[
    int, Query(ge=1, le=MAX_PAGE_SIZE, description="Maximum number of entries, 50 by default.")
]
Offset = Annotated[int, Query(ge=0, le=MAX_OFFSET, description="Number of entries to skip, 0 by default.")]
