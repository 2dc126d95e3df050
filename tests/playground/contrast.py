# SPDX-License-Identifier: MIT
"""Whether texts can be read: WCAG's contrast of 4.5 between each text of a page and what is below it.

    contrast.py CHROMIUM PAGE.html ...     in light and in dark
"""
import pathlib
import sys

from browser import Browser

LEAST = 4.5

SIZE = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"

# Nothing folded, and nothing to be scrolled but the window.
UNFOLD = """(() => {
    for (const one of document.querySelectorAll('details')) one.open = true;
    for (const one of document.querySelectorAll('body *'))
        if (/auto|scroll/.test(getComputedStyle(one).overflow)) one.style.overflow = 'visible';
})()"""

# Each text that is seen, at its beginning, middle and end: [text, its colour, what is below it], with
# colours as red, green, blue from 0 to 255. What is below is blended of all that is painted there.
TEXTS = """(() => {
    const parse = colour => {
        const scale = colour.startsWith('color(srgb') ? 255 : 1;
        const [r, g, b, a = 1] = colour.replace(/^[a-z]*\\(srgb/, '').match(/[0-9.e-]+/g).map(Number);
        return [r * scale, g * scale, b * scale, a];
    };
    const over = (above, below) =>
        below.map((part, i) => above[i] * above[3] + part * (1 - above[3]));
    const opacity = element => {
        let all = 1;
        for (let e = element; e; e = e.parentElement) all *= getComputedStyle(e).opacity;
        return all;
    };
    const painted = (element, text) => {
        const style = getComputedStyle(element), drawn = element instanceof SVGElement;
        let value = drawn ? style.fill : text ? style.color : style.backgroundColor;
        if (value === 'none' || (drawn && !text && !/^(rect|circle|path|polygon)$/.test(element.tagName)))
            return [0, 0, 0, 0];
        const colour = parse(value);
        colour[3] *= opacity(element) * (drawn ? style.fillOpacity : 1);
        return colour;
    };
    // The body's back is that of the whole window.
    const ground = [document.documentElement, document.body].reduce(
        (below, one) => over(painted(one, false), below), [255, 255, 255]);
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode, element = node.parentElement;
        if (!node.data.trim() || element.closest('script, style, title, :disabled')) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const box of range.getClientRects()) {
            if (box.width < 2 || box.height < 2) continue; // for those who hear the page
            const y = box.top + box.height / 2;
            for (const x of [box.left + 1, box.left + box.width / 2, box.right - 1]) {
                const stack = document.elementsFromPoint(x, y);
                if (!stack.length) throw new Error('outside of the window: ' + node.data);
                let below = ground;
                for (const one of stack.slice(Math.max(0, stack.indexOf(element))).reverse())
                    below = over(painted(one, false), below);
                found.push([node.data.trim().slice(0, 40), over(painted(element, true), below), below]);
            }
        }
    }
    return found;
})()"""


def luminance(colour):
    parts = [part / 255 for part in colour]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def check_contrast(page, what):
    """Of every text of the page, folded ones too. The window grows until all of it is in there."""
    page.evaluate(UNFOLD)
    size, wanted = None, page.evaluate(SIZE)
    for _ in range(30):  # what is wider may be higher, and move what is in its middle
        if size == wanted:
            break
        size = wanted
        page.call("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1],
                  deviceScaleFactor=1, mobile=False)
        wanted = page.evaluate(SIZE)
    texts = page.evaluate(TEXTS)
    assert texts, f"{what}: no text"
    for text, colour, below in texts:
        ratio = contrast(colour, below)
        assert ratio >= LEAST, (f"{what}: '{text}' has a contrast of {ratio:.2f}: "
                                f"{[round(part) for part in colour]} on "
                                f"{[round(part) for part in below]}")
    return len(texts)


def main(chromium, *paths):
    with Browser(chromium) as browser:
        for path in paths:
            for dark in (False, True):
                what = f"{path}, {'dark' if dark else 'light'}"
                page = browser.open(pathlib.Path(path).resolve().as_uri(), dark=dark)
                print(f"{what}: {check_contrast(page, what)} places", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
