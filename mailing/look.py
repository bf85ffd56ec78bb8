"""How mails look: the parts they are made of, each with its style, in Codex's colours.

Mail programs drop style sheets or read half of them, so each element carries its style. Colours are
named by Codex's tokens; ``script/build-assets`` leaves their values for light and dark. A program
that knows ``prefers-color-scheme`` gets the dark ones from the one small sheet in the head, by the
class that stands beside each style; to all others the mail is light, ground and letters both named.
"""

import functools
import re

from web import built_assets

_SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif"
_SERIF = "'Linux Libertine',Georgia,'Times New Roman',serif"
# Book hands that each script's readers know; letters of their own, where the common ones lack them.
_FONTS = {
    "ar": (
        "system-ui,-apple-system,'Segoe UI','Noto Sans Arabic',Tahoma,sans-serif",
        "'Noto Naskh Arabic','Geeza Pro','Traditional Arabic',serif",
    ),
    "hi": (_SANS, "'Noto Serif Devanagari','Kohinoor Devanagari','Nirmala UI',serif"),
    "ja": ("system-ui,'Hiragino Sans','Yu Gothic UI','Noto Sans JP',sans-serif",) * 2,
    "zh-hans": ("system-ui,'PingFang SC','Microsoft YaHei UI','Noto Sans SC',sans-serif",) * 2,
}
_OTHERS = (_SANS, _SERIF)

# Each part of a mail. {name} is one of Codex's colours, {sans} and {serif} the letters.
PARTS = {
    "ground": "margin:0;padding:0;background-color:{background-color-base};color:{color-base}",
    "page": "padding:24px 16px;background-color:{background-color-base};color:{color-base};"
    # A long address in somebody's text must not make the page wider than the window.
    "font-family:{sans};font-size:16px;line-height:1.6;overflow-wrap:anywhere",
    "demo": "margin:0 0 16px;padding:8px 12px;background-color:{background-color-warning-subtle};"
    "color:{color-base};font-size:14px;line-height:1.4",
    # Read out in lists of messages, beside the subject; mail programs show it nowhere else.
    "preview": "display:none;max-height:0;overflow:hidden;mso-hide:all",
    "brand": "margin:0 0 24px;padding:0 0 12px;border-bottom:1px solid {border-color-muted};"
    "color:{color-emphasized};font-family:{serif};font-size:20px;line-height:1.3",
    "brand-link": "color:{color-emphasized};text-decoration:none",
    "title": "margin:0 0 24px;color:{color-emphasized};font-family:{serif};font-weight:normal;"
    "font-size:28px;line-height:1.25",
    "heading": "margin:32px 0 16px;padding:16px 0 0;border-top:1px solid {border-color-muted};"
    "color:{color-emphasized};font-family:{serif};font-weight:normal;font-size:22px;"
    "line-height:1.3",
    "first-heading": "margin:0 0 16px;color:{color-emphasized};font-family:{serif};"
    "font-weight:normal;font-size:22px;line-height:1.3",
    "item": "margin:0 0 24px",
    "line": "margin:0 0 12px",
    "name": "margin:0 0 4px;font-weight:bold;font-size:17px;line-height:1.4",
    "text": "margin:0 0 4px;color:{color-base}",
    "meta": "margin:0;color:{color-subtle};font-size:14px;line-height:1.5",
    "note": "color:{color-subtle};font-size:14px",
    "due": "margin:0 0 4px;color:{color-emphasized};font-weight:bold",
    "link": "color:{color-progressive}",
    "act": "display:inline-block;padding:10px 16px;border-radius:2px;"
    "background-color:{background-color-progressive};color:{color-inverted-fixed};"
    "font-weight:bold;text-decoration:none;line-height:1.5",
    # Around one: Outlook gives a link no room of its own, but its cell.
    "act-cell": "mso-padding-alt:10px 16px;border-radius:2px;"
    "background-color:{background-color-progressive}",
    "said": "margin:16px 0;padding:4px 16px;border:1px solid {border-color-subtle};"
    "color:{color-base}",
    "call": "padding:16px 16px 4px;background-color:{background-color-neutral-subtle};"
    "color:{color-base}",
    "quote": "margin:0 0 8px;padding:0 12px;border-left:3px solid {border-color-subtle};"
    "border-right:3px solid {border-color-subtle};color:{color-subtle}",
    "foot": "margin:32px 0 0;padding:16px 0 0;border-top:1px solid {border-color-muted};"
    "color:{color-subtle};font-size:14px;line-height:1.6",
}
_COLOR = re.compile(r"\{([a-z]+-[a-z-]+)\}")


@functools.cache
def style_of(part: str, language: str) -> str:
    """The style of one part in a mail in ``language``. Raises ``KeyError`` for an unknown part."""
    sans, serif = _FONTS.get(language, _OTHERS)
    style = PARTS[part].replace("{sans}", sans).replace("{serif}", serif)
    return _with_colors(style, "light")


def is_colored(part: str) -> bool:
    """Whether a part has a colour, and so a dark one besides."""
    return bool(_COLOR.search(PARTS[part]))


@functools.cache
def dark_sheet() -> str:
    """The rules that make every part dark: only colours, and stronger than the styles."""
    rules = []
    for part, style in PARTS.items():
        colored = [rule for rule in style.split(";") if _COLOR.search(rule)]
        rules += [f".m-{part}{{{_dark(colored)}}}"] if colored else []
    return "".join(rules)


def _dark(declarations: list[str]) -> str:
    return ";".join(
        f"{_with_colors(_color_of(declaration), 'dark')}!important" for declaration in declarations
    )


def _color_of(declaration: str) -> str:
    """Of ``border-top:1px solid {x}`` only ``border-top-color:{x}``."""
    name, _colon, value = declaration.partition(":")
    return f"{name}-color:{value.split()[-1]}" if name.startswith("border") else declaration


def _with_colors(style: str, mode: str) -> str:
    colors = built_assets.read("mail_colors.json")[mode]
    return _COLOR.sub(lambda name: colors[name[1]], style)


@functools.cache
def dark_sheet_for_plain_styles() -> str:
    """The same for notices, whose texts name light colours themselves, and for any link."""
    light, dark = (built_assets.read("mail_colors.json")[mode] for mode in ("light", "dark"))
    rules = [f"a{{color:{dark['color-progressive']}!important}}"]
    rules += [
        f'[style*="color:{light[name]}"]{{color:{dark[name]}!important}}'
        for name in ("color-subtle", "color-base")
    ]
    name = "background-color-neutral-subtle"
    rules.append(f'[style*="background:{light[name]}"]{{background:{dark[name]}!important}}')
    return "".join(rules)
