"""One style for the HTML pages: a page takes its colours, sizes of text and fonts from the tokens of
contracts/api/page.css and defines none, and text in a token can be read. A control breaks each rule."""
import os
import re
import sys

SHARED = "contracts/api/page.css"
MARKERS = ("@ZIMMOCK_PAGE_HEAD@", "@ZIMMOCK_PAGE_SCRIPT@")
GROUNDS = ("--paper", "--panel", "--mark")
# WCAG 2.2 AA: text 4.5, the edges of controls and the focus 3.
LEAST = {**dict.fromkeys("--ink --quiet --link --good --bad --part --going --fixed --flaky --none".split(), 4.5), "--edge": 3, "--focus": 3}
ON_TONE = "--good --bad --part --going --fixed --flaky --none".split()
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|color-mix|light-dark)\(", re.I)
# Keywords that are no colour, in properties that hold one; any other word there is the name of a colour.
COLOUR_PROPERTIES = re.compile(r"(?:^|-)(?:color|background|border|outline|fill|stroke|shadow)")
NAMES = re.compile(r"\b(?:black|white|gr[ae]y|silver|red|maroon|green|lime|olive|yellow|orange|gold|blue|navy|teal|aqua|cyan|purple|"
                   r"magenta|fuchsia|violet|pink|brown|(?:dark|light|medium|deep|pale)[a-z]+)\b", re.I)
FONT_VALUE = re.compile(r"inherit|(?:var\(--[a-z-]+\)|/[\d.]+|\s)+")


def without_comments(css):
    return re.sub(r"/\*.*?\*/", " ", css, flags=re.S)


def declarations(css):
    """(property, value) of each declaration, at whatever depth."""
    for block in re.findall(r"\{([^{}]*)\}", without_comments(css)):
        for one in block.split(";"):
            name, colon, value = one.partition(":")
            if colon:
                yield name.strip().lower(), value.strip()


def tokens(css):
    return {name for name, _ in declarations(css) if name.startswith("--")}


def findings(page, known):
    """Each fault of a page, as it stands before it is filled."""
    for marker in MARKERS:
        if page.count(marker) != 1:
            yield f"expected {marker} once, got it {page.count(marker)} times"
    css = "\n".join(re.findall(r"<style>(.*?)</style>", page, re.S))
    for name, value in declarations(css):
        if name.startswith("--"):
            yield f"defines the token {name}"
        if COLOUR.search(value) or (COLOUR_PROPERTIES.search(name) and NAMES.search(value)):
            yield f"defines a colour: {name}: {value}"
        if name in ("font", "font-size", "font-family") and not FONT_VALUE.fullmatch(value):
            yield f"defines a font or size of text: {name}: {value}"
    if ":root" in css or "prefers-color-scheme" in css:
        yield "defines a colour scheme"
    for name in set(re.findall(r"var\((--[\w-]+)", css)) - known:
        yield f"uses the token {name}, which {SHARED} lacks"
    rest = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    for text in re.findall(r"""["'`](#[0-9a-fA-F]{3,8}|(?:rgb|hsl)a?\([^"'`]*)["'`]""", rest):
        yield f"has a colour in its markup or script: {text}"
    if re.search(r"""<[a-z][^>]*\sstyle=|\.style\b|\bcssText\b|['"]style['"]""", rest):
        yield "sets a style on an element"
    if re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", rest):
        yield "sets HTML from a script"


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
    parts = [int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def faint(css):
    """The pairs of colours that cannot be read, in either scheme."""
    schemes = [dict(re.findall(r"(--[a-z-]+):\s*(#[0-9a-f]+)", block)) for block in re.findall(r":root \{([^}]*)\}", without_comments(css))]
    schemes = [scheme for scheme in schemes if scheme]
    if len(schemes) != 2 or schemes[0].keys() != schemes[1].keys():
        yield "expected the same colours in light and dark"
        return
    for scheme, title in zip(schemes, ("light", "dark")):
        pairs = [(name, ground, least) for name, least in LEAST.items() for ground in GROUNDS]
        for name, ground, least in pairs + [("--on", tone, 4.5) for tone in ON_TONE]:
            got = contrast(scheme[name], scheme[ground])
            if got < least:
                yield f"{title}: {name} on {ground}: expected a contrast of {least} or more, got {got:.2f}"


def control(css):
    """Each kind of wrong page and wrong token is found; returns those that are not."""
    good = ("<style>#fade, .a { color: var(--ink); font: var(--text)/1.4 var(--sans); white-space: nowrap; }</style>"
            "<p id='fade'>#abc</p><script>byId('list'); query('#lists');</script>" + "".join(MARKERS))
    missed = [f"the control that is right: {one}" for one in findings(good, tokens(css))]
    rules = ("a { color: #abc; }", "a { color: #aabbcc; }", ":root { color: var(--ink); }", "a { --mine: 1px; }", "a { background: rgb(1 2 3); }",
             "a { border: 1px solid red; }", "a { fill: darkgreen; }", "a { font-size: 13px; }", "a { font: 12px serif; }",
             "@media (prefers-color-scheme: dark) { a { margin: 0; } }", "a { color: var(--no-such); }")
    wrong = [good.replace("</style>", rule + "</style>") for rule in rules]
    wrong += [good.replace("</p>", more + "</p>") for more in ("<b style='margin: 0'>", "<script>a.style.top = 0</script>",
              "<script>fill('#a1b2c3')</script>", "<script>a.innerHTML = b</script>")]
    wrong += [good.replace(marker, "") for marker in MARKERS]
    missed += [f"a page that is wrong passed: {page}" for page in wrong if len(list(findings(page, tokens(css)))) != 1]
    for before, after in (("--quiet: #57606a", "--quiet: #8b949e"), ("--on: #0f1318", "--on: #ffffff"), ("--edge: #7d8590", "--other: #7d8590")):
        if before not in css or not list(faint(css.replace(before, after, 1))):
            missed.append(f"a token that is wrong passed: {after}")
    return missed


def main():
    os.chdir(sys.argv[1])
    with open(SHARED, encoding="utf-8") as file:
        css = file.read()
    found = [f"{SHARED}: {one}" for one in faint(css)]
    found += [f"{SHARED}: uses the token {name}, which it lacks" for name in set(re.findall(r"var\((--[\w-]+)", css)) - tokens(css)]
    pages = [os.path.join(top, name) for root in ("contracts", "mock_server", "client", "cli")
             for top, _, names in os.walk(root) for name in names if name.endswith(".html")]
    if len(pages) < 2:
        found.append(f"expected the pages, found {pages}")
    for path in pages:
        with open(path, encoding="utf-8") as file:
            found += [f"{path}: {one}" for one in findings(file.read(), tokens(css))]
    found += control(css)
    for one in found:
        print("FAIL:", one)
    print(f"page_style.py: {len(pages)} pages, {len(found)} failed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
