"""The catalog: one SQLite file that is the truth about an index. No vectors, no reading of files."""

from __future__ import annotations

from ...extensions.extras import require

require("index")
