"""How the page looks: calm, with the system's own fonts, so that nothing is loaded from elsewhere."""

from __future__ import annotations

import gradio as gr

_SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def make_theme() -> gr.Theme:
    """Warm greys, one blue for what can be clicked, both for light and for dark rooms."""
    grey = gr.themes.Color(
        c50="#faf9f7", c100="#f3f1ed", c200="#e6e3dd", c300="#d3cfc7", c400="#a8a39a",
        c500="#7a766e", c600="#5c5952", c700="#43413c", c800="#2a2926", c900="#1d1c1a",
        c950="#141412",
    )  # fmt: skip
    blue = gr.themes.Color(
        c50="#eef4fc", c100="#dbe8f9", c200="#b9d2f3", c300="#8bb4ea", c400="#5a92de",
        c500="#3474cc", c600="#225db1", c700="#1d4c90", c800="#1b4076", c900="#1a3761",
        c950="#10233f",
    )  # fmt: skip
    return gr.themes.Base(
        primary_hue=blue,
        secondary_hue=blue,
        neutral_hue=grey,
        radius_size=gr.themes.sizes.radius_md,
        font=_SANS,
        font_mono=_MONO,
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        background_fill_secondary="*neutral_100",
        background_fill_secondary_dark="*neutral_900",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
    )
