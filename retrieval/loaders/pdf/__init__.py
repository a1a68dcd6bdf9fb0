"""PDF: words with boxes, lines, tables, headings, pages as pictures. All that knows pdfium; no OCR."""

from __future__ import annotations

from ....extensions.extras import require

require("documents")
