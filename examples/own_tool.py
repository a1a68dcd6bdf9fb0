"""A tool that looks at pixels: how sharp a picture is, and whether a photo is worth keeping."""

import sys

import numpy as np
from looktwice import Assistant, Context, Evidence, Picture, tool


@tool(cache=True, examples=["Is this photo blurred?", "How sharp is the picture?"])
def sharpness(picture: Picture, context: Context) -> Evidence:
    """How sharp or blurred a picture is.

    Args:
        picture: Which one.
    """
    grey = np.asarray(context.store.open(picture).convert("L"), dtype=np.float32)
    edges = float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())
    verdict = "sharp" if edges > 8 else "blurred"
    whole = picture.box(0, 0, picture.width, picture.height)
    return Evidence(kind="value", text=f"the picture is {verdict} ({edges:.1f})", boxes=(whole,))


def main(picture: str) -> None:
    """Ask about one picture."""
    with Assistant.from_settings(tools=[sharpness]) as assistant:
        answer = assistant.ask("Is this photo blurred?", images=[picture])
        print(answer.text)
        print("asked:", [result.call.tool for result in answer.results])


if __name__ == "__main__":
    main(sys.argv[1])
