"""Totals of a folder of receipts, as a table: python examples/receipts_to_csv.py FOLDER [OUT.csv].

Each row says where in the picture the total stands, so that it can be checked by eye.
"""

import csv
import sys
from pathlib import Path

from looktwice import Assistant, BadInput

QUESTION = "What is the total on this receipt?"
ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".heic"}


def main(folder: Path, out: Path) -> None:
    """Ask about each picture; what cannot be read or told has a row that says so."""
    pictures = sorted(p for p in folder.iterdir() if p.suffix.lower() in ENDINGS)
    with (
        Assistant.from_settings() as assistant,
        out.open("w", newline="", encoding="utf-8") as file,
    ):
        rows = csv.writer(file)
        rows.writerow(["file", "total", "status", "confidence", "box"])
        for picture in pictures:
            try:
                answer = assistant.ask(QUESTION, images=[picture])
            except BadInput as error:
                rows.writerow([picture.name, "", "failed", "", str(error)])
                continue
            boxes = [box.xyxy for citation in answer.citations for box in citation.boxes]
            place = " ".join(f"{number:.0f}" for number in boxes[0]) if boxes else ""
            rows.writerow([picture.name, answer.text, answer.status, answer.confidence, place])
    print(f"{len(pictures)} receipts in {out}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "totals.csv"))
