"""Opening a document of any kind for its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ....errors import BadInput, MissingExtra
from ....extensions.extras import needs
from ....schema import Table
from ....settings import DocumentLimits
from ...loaders.base import DocumentInfo, Scan
from ...loaders.kinds import kind_of
from ...loaders.office.package import check_package
from ...loaders.office.reading import parsing
from ...loaders.picture import open_picture
from ...loaders.reader import Opened
from .base import TableSource

__all__ = ["open_tables"]


class _Source(TableSource):
    """A document whose tables come from a function."""

    def __init__(self, path: Path, kind: str, tables: Callable[[Path], Iterator[Table]]) -> None:
        self.about = DocumentInfo(kind)
        self._path, self._tables = path, tables

    def pages(self, first: int = 1) -> Iterator[Table | Scan]:
        with parsing(self._path, self.about.type):
            for table in self._tables(self._path):
                self.on_page(table.page or 1)
                yield table


def open_tables(path: Path, limits: DocumentLimits) -> Opened:
    """Open a document for its tables.

    Raises:
        BadInput: no such file, no document of a known kind, damaged, encrypted or over a limit;
            names the file and what to do.
    """
    kind = kind_of(path, limits)
    try:
        if kind == "picture":
            return open_picture(path, limits)
        with needs("documents"):
            if kind == "pdf":
                from .pdf import PdfTables

                return PdfTables(path, limits)
            if kind in ("docx", "pptx", "xlsx"):
                check_package(path, limits)
            if kind in _OPENERS:
                return _Source(path, kind, _OPENERS[kind])
    except MissingExtra as error:  # other documents may be of kinds that can be read
        raise BadInput(str(path), str(error)) from None
    raise BadInput(str(path), f"is a {kind} document, of which no tables are known")


def _of_web_page(path: Path) -> Iterator[Table]:
    from .markup import tables_of_html

    yield from tables_of_html(path.read_bytes())


def _of_markdown(path: Path) -> Iterator[Table]:
    from markdown_it import MarkdownIt

    from ...loaders.text_file import front_matter, open_text
    from .markup import tables_of_html

    with open_text(path) as file:
        _, text = front_matter(file.read())
    yield from tables_of_html(MarkdownIt("commonmark").enable("table").render(text))


def _of_word(path: Path) -> Iterator[Table]:
    import mammoth

    from .markup import tables_of_html

    with path.open("rb") as file:
        html = mammoth.convert_to_html(file, convert_image=_no_pictures()).value
    yield from tables_of_html(html)


def _no_pictures() -> object:
    import mammoth

    return mammoth.images.img_element(lambda image: {"src": ""})


def _of_slides(path: Path) -> Iterator[Table]:
    from .slides import tables_of_slides

    yield from tables_of_slides(path)


def _of_workbook(path: Path) -> Iterator[Table]:
    from .sheets import tables_of_workbook

    yield from tables_of_workbook(path)


def _of_csv(path: Path) -> Iterator[Table]:
    from .sheets import tables_of_csv

    yield from tables_of_csv(path)


_OPENERS: dict[str, Callable[[Path], Iterator[Table]]] = {
    "html": _of_web_page,
    "md": _of_markdown,
    "docx": _of_word,
    "pptx": _of_slides,
    "xlsx": _of_workbook,
    "csv": _of_csv,
}
