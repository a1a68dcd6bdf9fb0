"""Ask a folder of documents: python examples/ask_documents.py FOLDER QUESTION.

The places the answer rests on are told with it.
"""

import sys
from pathlib import Path

from looktwice import Assistant, Index, Settings


def main(folder: Path, question: str) -> None:
    """Index the folder (the second time only what is new), ask, and show what the answer rests on."""
    settings = Settings.load()
    place = folder.with_name(f"{folder.name}-index")
    with Index.open(place, settings, write=True) as index:
        index.add([folder])
        for failure in index.failures():
            print(f"left out: {failure.path}: {failure.reason}")
    with Assistant(settings, index=place) as assistant:
        answer = assistant.ask(question)
    print(f"{answer.text}  ({answer.status})")
    for citation in answer.citations:
        source = citation.source
        print(f"  {source.document}, page {source.page}: {citation.quote!r}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
