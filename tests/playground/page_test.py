#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The playground in Chromium: its numbers are the library's, and it works as a page should.

    page_test.py CHROMIUM FOLDER TIGRILLO NUMBERS

FOLDER is build/.../playground, with the page and the model that was exported into it; screenshots
are left there. TIGRILLO is the program, NUMBERS the program of numbers.c. Without Chromium or the
page the test is skipped.
"""
import functools
import http.server
import json
import math
import pathlib
import struct
import subprocess
import sys
import tempfile
import threading
import zlib

from browser import Browser
from contrast import check_contrast

# Page and library round differently where their instructions do: a unit or two of float32.
ROUNDING = 5e-7
WORKED = [0.191018, 0.627891, 0.119386, 0.061705]  # of [1.25, 2.44, 0.78, 0.12]
# What is known of the buttons' examples, in their order.
EXAMPLES = [WORKED, [0.249, 0.664, 0.087], [0.196, 0.685, 0.119], [0.231, 0.514, 0.255],
            [0.219, 0.539, 0.242], [0.0900, 0.6652, 0.2447]]
DATA = ["moons", "circles", "xor", "spirals"]
RULES = {"sgd": 0, "momentum": 1, "adam": 2}
ACTIVATIONS = {"tanh": 0, "relu": 1, "sigmoid": 2, "gelu": 3}


def run(*command, **options):
    return subprocess.run([str(one) for one in command], check=True, text=True,
                          stdout=subprocess.PIPE, **options).stdout


def assert_equal(actual, expected, what):
    assert actual == expected, f"{what}: {actual!r}, not {expected!r}"


def assert_close(actual, expected, tolerance, what):
    """Within `tolerance` of the largest expected value, or of 1 if that is larger than all."""
    assert len(actual) == len(expected), f"{what}: {len(actual)} numbers, not {len(expected)}"
    for i, (a, e) in enumerate(zip(actual, expected)):
        # What is not finite comes as null from the page.
        same = a is None if not math.isfinite(e) else a is not None and abs(a - e) <= tolerance
        assert same, f"{what}: number {i} is {a}, not {e}"


def set_slider(page, identifier, value):
    page.evaluate(f"""{{ const slider = document.getElementById('{identifier}');
        slider.value = {value}; slider.dispatchEvent(new Event('input')); }}""")


def choose(page, identifier, value):
    page.evaluate(f"""{{ const list = document.getElementById('{identifier}');
        list.value = '{value}'; list.dispatchEvent(new Event('change')); }}""")


def click(page, selector):
    page.evaluate(f"document.querySelector({json.dumps(selector)}).click()")


def content(page, identifier):
    return page.evaluate(f"document.getElementById('{identifier}').textContent")


def column(page, table, index):
    """The texts of a column of a table's body, the row's heading being column 0."""
    return page.evaluate(f"[...document.getElementById('{table}').tBodies[0].rows]"
                         f".map((row) => row.cells[{index}].textContent)")


def numbers_in(texts):
    return [float(text.replace("\u2212", "-").replace("\u221e", "inf")) for text in texts]


def ready(page):
    page.wait_for("globalThis.playground || !document.getElementById('failure').hidden")
    assert_equal(content(page, "failure"), "", "the page's failure")


# ---- Scores ----

def library_scores(test, logits, temperature, label):
    out = [float(x) for x in run(test.numbers, "scores", temperature, label, *logits).split()]
    k = len(logits)
    return {"loss": out[0], "probabilities": out[1:1 + k], "jacobian": out[1 + k:1 + k + k * k],
            "gradient": out[1 + k + k * k:1 + 2 * k + k * k], "plain": out[1 + 2 * k + k * k:]}


def compare_scores(test, page, what):
    """What the page shows, and holds, against the library and against `tigrillo softmax`."""
    state = page.evaluate("({...playground.scores})")
    logits, temperature, k = state["logits"], state["temperature"], len(state["logits"])
    library = library_scores(test, logits, temperature, state["label"])
    program = json.loads(run(test.tigrillo, "softmax", *logits, "--temperature", temperature,
                             "--json"))
    for name in ("probabilities", "jacobian", "gradient"):
        assert_close(state[name], library[name], ROUNDING, f"{what}: {name}")
    assert_close(state["plain"], library["plain"],
                 ROUNDING * max([1, *(abs(x) for x in library["plain"] if math.isfinite(x))]),
                 f"{what}: plain")
    assert_close([state["loss"]], [library["loss"]], ROUNDING * max(1, library["loss"]),
                 f"{what}: loss")
    # The program computes in float64: the page's scores were rounded before they were divided by T.
    rounded = 6e-8 * max(abs(x) for x in logits) / temperature
    assert_close(state["probabilities"], [row["probability"] for row in program],
                 ROUNDING + rounded, f"{what}: tigrillo softmax")
    # And what can be read: six digits, and four of the Jacobian.
    assert_close(numbers_in(column(page, "probabilities", 1)), library["probabilities"],
                 0.51e-6 + ROUNDING, f"{what}: shown probabilities")
    assert_close(numbers_in(column(page, "probabilities", 3)), library["gradient"],
                 0.51e-6 + ROUNDING, f"{what}: shown gradient")
    jacobian = [column(page, "jacobian", 1 + j) for j in range(k)]
    assert_close(numbers_in(jacobian[j][i] for i in range(k) for j in range(k)),
                 library["jacobian"], 0.51e-4, f"{what}: shown Jacobian")


def test_worked_example(test, page):
    assert_equal(numbers_in(column(page, "probabilities", 1)), WORKED, "the worked example")
    assert_equal(column(page, "probabilities", 0), ["cat", "dog (y)", "tiger", "none"], "classes")
    compare_scores(test, page, "the worked example")


def test_examples(test, page):
    assert_equal(page.evaluate("document.querySelectorAll('#examples button').length"),
                 len(EXAMPLES), "examples")
    for i, known in enumerate(EXAMPLES):
        click(page, f"#examples button:nth-child({i + 1})")
        assert_close(page.evaluate("playground.scores.probabilities"), known,
                     0.5e-4 if i == 5 else 0.5e-3, f"example {i}")
        compare_scores(test, page, f"example {i}")


def test_plain_sums(_, page):
    click(page, "#examples button:nth-child(2)")
    assert_equal(column(page, "probabilities", 2), ["0.368", "1.809", "\u22121.176"],
                 "[0.25, 1.23, -0.8] by the sum")
    assert_equal([round(x, 3) for x in numbers_in(column(page, "probabilities", 1))],
                 [0.249, 0.664, 0.087], "and by softmax")
    assert "below 0 or above 1" in content(page, "plain-note")
    click(page, "#examples button:nth-child(3)")
    assert_equal(column(page, "probabilities", 2), ["\u2212\u221e", "\u221e", "\u2212\u221e"],
                 "[-0.25, 1, -0.75] by the sum")
    assert "the sum of these scores is 0" in content(page, "plain-note")
    click(page, "#examples button:nth-child(4)")
    assert_equal(column(page, "probabilities", 2), ["0.083", "0.750", "0.167"],
                 "[0.1, 0.9, 0.2] by the sum")
    for i in range(3):
        set_slider(page, f"logit-{i}", -1 - i)
    assert "the lowest gets most" in content(page, "plain-note")


def test_sliders(test, page):
    click(page, "#examples button:nth-child(1)")
    page.evaluate("document.getElementById('logit-0').focus()")
    page.press("ArrowRight", 39)
    assert_equal(content(page, "logit-0-value"), "1.26", "cat's score behind a key")
    assert column(page, "probabilities", 1)[0] != "0.191018", "the key moved no probability"
    compare_scores(test, page, "behind a key")
    page.evaluate("document.getElementById('temperature').focus()")
    before = column(page, "probabilities", 1)
    page.press("ArrowRight", 39)
    assert column(page, "probabilities", 1) != before, "the temperature moved no probability"
    for exponent in (-1, -0.37, 0.5, 1):
        set_slider(page, "temperature", exponent)
        compare_scores(test, page, f"T = 10^{exponent}")
    click(page, "#label-2")
    compare_scores(test, page, "another right class")
    set_slider(page, "temperature", -1)
    for i, value in enumerate([5, -5, 4.99, 0]):
        set_slider(page, f"logit-{i}", value)
    click(page, "#label-0")
    compare_scores(test, page, "far apart and cold")


def test_refusals(_, page):
    """What the library refuses comes to the page in its words."""
    def refused(expression):
        return page.evaluate(f"""(() => {{ const c = playground.c, status = {expression};
            const all = new Uint8Array(c.memory.buffer, c.message());
            return [status, new TextDecoder().decode(all.slice(0, all.indexOf(0)))]; }})()""")
    assert_equal(refused("c.scores_compute(4, -1.5, 0)"),
                 [1, "tg_softmax_forward: the temperature is -1.5, but must be above 0 and finite"],
                 "a temperature below 0")
    assert_equal(refused("c.scores_compute(9, 1, 0)"), [1, "9 scores: there may be 1 to 8"], "k")
    assert_equal(refused("c.network_create(-4, 8, 0, 0, 1)"), [1, "there are no points -4"], "data")
    status, message = refused("c.scores_compute(3, 1, 7)")
    assert status == 1 and "7" in message, message


# ---- The network ----

def compare_training(test, page, data, activation, rule, hidden, steps):
    what = f"{data}, {activation}, {rule}, {hidden} units"
    set_slider(page, "hidden", hidden)
    choose(page, "data", DATA.index(data))
    choose(page, "activation", ACTIVATIONS[activation])
    choose(page, "rule", RULES[rule])
    assert_equal(page.evaluate("playground.network.losses.length"), 1, f"{what}: losses at first")
    page.evaluate(f"""for (let i = 0; i < {steps}; i++) document.getElementById('step').click()""")
    state = page.evaluate("({...playground.network})")
    points = "".join(f"{x!r} {y!r} {label}\n" for x, y, label in
                     zip(state["points"][0::2], state["points"][1::2], state["labels"]))
    out = [float(x) for x in run(test.numbers, "train", hidden, activation, rule, state["rate"],
                                 steps, input=points).split()]
    count = len(state["parameters"])
    losses, gradients, parameters = out[:-2 * count], out[-2 * count:-count], out[-count:]
    assert_equal(count, 2 * hidden + hidden + hidden * hidden + hidden + 2 * hidden + 2, what)
    # What rounding does is carried on from step to step.
    assert_close(state["losses"], losses, 5e-7, f"{what}: losses")
    assert_close(state["gradients"], gradients, 1e-6, f"{what}: gradients")
    assert_close(state["parameters"], parameters, 1e-5, f"{what}: parameters")
    assert losses[-1] < losses[0] and state["losses"][-1] < state["losses"][0], f"{what}: no fall"
    difference = max(abs(a - e) for a, e in zip(state["losses"], losses))
    shown = content(page, "progress")
    assert shown.startswith(f"step {steps}: loss {losses[-1]:.3f}"[:-1]), shown
    print(f"    {what}: losses of {steps} steps differ by at most {difference:.1e}")


def test_training(test, page):
    compare_training(test, page, "moons", "tanh", "adam", 8, 60)
    compare_training(test, page, "circles", "relu", "sgd", 16, 60)
    compare_training(test, page, "xor", "gelu", "momentum", 5, 60)
    compare_training(test, page, "spirals", "sigmoid", "adam", 12, 60)
    compare_training(test, page, "moons", "tanh", "sgd", 1, 60)


def test_points(_, page):
    """Two classes of as many points, all on the map, and different for each kind."""
    seen = set()
    for kind in range(len(DATA)):
        choose(page, "data", kind)
        state = page.evaluate("({...playground.network})")
        assert_equal(sum(state["labels"]), 100, "points of class 1")
        assert max(abs(x) for x in state["points"]) < 1.2, "a point is off the map"
        seen.add(tuple(state["points"]))
    assert_equal(len(seen), len(DATA), "kinds of points")


def test_learns(_, page):
    """Spirals, the hardest, are learned; and the map says so at the points."""
    set_slider(page, "hidden", 8)
    choose(page, "data", 3)
    choose(page, "activation", 0)
    choose(page, "rule", 2)
    page.evaluate("for (let i = 0; i < 500; i++) document.getElementById('step').click()")
    assert page.evaluate("playground.network.correct") >= 195, content(page, "progress")
    assert page.evaluate("""(() => {
        const {c, network} = playground, side = c.network_map_side();
        const map = new Float32Array(c.memory.buffer, c.network_map(), side * side);
        return network.labels.filter((label, i) => {
            const x = Math.floor((network.points[2 * i] / 1.2 + 1) / 2 * side);
            const y = Math.floor((1 - network.points[2 * i + 1] / 1.2) / 2 * side);
            return (map[y * side + x] > 0.5) === (label === 1);
        }).length; })()""") >= 185, "the map does not show what was learned"


def test_buttons(_, page):
    click(page, "#reset")
    first = page.evaluate("playground.network.loss")
    click(page, "#run")
    page.wait_for("playground.network.steps > 20")
    click(page, "#run")
    steps = page.evaluate("playground.network.steps")
    page.evaluate("new Promise((done) => setTimeout(done, 300))")
    assert_equal(page.evaluate("playground.network.steps"), steps, "steps in a pause")
    click(page, "#step")
    assert_equal(page.evaluate("playground.network.steps"), steps + 1, "one step more")
    click(page, "#reset")
    assert_equal(page.evaluate("[playground.network.loss, playground.network.steps]"),
                 [first, 0], "after reset")


def test_long_run(_, page):
    """Losses are thinned, not gathered for ever."""
    def losses(most):
        click(page, "#reset")
        page.evaluate(f"""playground.network.most = {most};
                      for (let i = 0; i < 70; i++) document.getElementById('step').click()""")
        return page.evaluate("[playground.network.losses, playground.network.every]")

    every_one, _ = losses(2000)
    thinned, every = losses(16)
    assert_equal([len(every_one), len(thinned), every], [71, 9, 8], "losses of 70 steps")
    assert_equal(thinned, every_one[::every], "thinned losses")


def test_divergence(_, page):
    """A learning rate that is too large is said to be, and stops the run."""
    choose(page, "activation", ACTIVATIONS["relu"])
    page.evaluate("playground.network.rate = 1e30")
    click(page, "#run")
    page.wait_for("document.getElementById('run').textContent === 'Run'", 10)
    assert "a smaller learning rate" in content(page, "progress"), content(page, "progress")
    choose(page, "rule", 2)
    assert content(page, "progress").startswith("step 0: loss 0."), content(page, "progress")


# ---- The picture ----

def show_picture(page, path):
    assert path.exists(), f"there is no {path}"
    page.evaluate("delete playground.picture.importance; "
                  "document.getElementById('picture-problem').hidden = true")
    page.choose_file("#file", path)
    page.wait_for("playground.picture.importance || "
                  "!document.getElementById('picture-problem').hidden")


def predicted(test, paths):
    lines = run(test.tigrillo, "predict", test.folder / "animals.safetensors", "--json", *paths)
    return [json.loads(line)["probabilities"] for line in lines.splitlines()]


def test_pictures(test, page):
    paths = sorted((test.folder / "drawings/val").glob("*/*_00000[1-5].png"))
    assert len(paths) >= 16, "there are too few drawings"
    for path, expected in zip(paths, predicted(test, paths)):
        show_picture(page, path)
        names = column(page, "classes", 0)
        state = page.evaluate("({...playground.picture})")
        # Weights as float16 change an output by about 1e-3.
        assert_close(state["probabilities"], [expected[name] for name in state["names"]], 3e-3,
                     path.name)
        ordered = sorted(state["probabilities"], reverse=True)
        assert_close(numbers_in(column(page, "classes", 1)), ordered, 0.51e-4, f"{path.name} shown")
        assert content(page, "verdict").startswith(f"The network says: {names[0]}, "), path.name


def write_png(path, pixels, width, height):
    rows = b"".join(b"\0" + bytes(pixels[3 * width * y:3 * width * (y + 1)]) for y in range(height))

    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" +
                     chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def odds(probabilities, name):
    return math.log(probabilities[name] / sum(p for n, p in probabilities.items() if n != name))


def test_importance(test, page):
    """The page's occlusion against the same done here, with files and `tigrillo predict`."""
    show_picture(page, test.folder / "drawings/val/cat/cat_000001.png")
    state = page.evaluate("({...playground.picture})")
    side, pixels = state["width"], state["pixels"]
    mean = [sum(pixels[channel::3]) // (side * side) for channel in range(3)]
    places = [(x, y) for y in range(0, side - 5, 2) for x in range(0, side - 5, 2)]
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder, f"{i:04}.png") for i in range(len(places) + 1)]
        write_png(paths[0], pixels, side, side)
        for path, (left, top) in zip(paths[1:], places):
            covered = list(pixels)
            for y in range(top, top + 6):
                covered[3 * (y * side + left):3 * (y * side + left + 6)] = 6 * mean
            write_png(path, covered, side, side)
        whole, *answers = predicted(test, paths)
    name = max(whole, key=whole.get)
    falls, squares = [0.0] * (side * side), [0] * (side * side)
    for (left, top), answer in zip(places, answers):
        for y in range(top, top + 6):
            for x in range(left, left + 6):
                falls[y * side + x] += odds(whole, name) - odds(answer, name)
                squares[y * side + x] += 1
    expected = [fall / count for fall, count in zip(falls, squares)]
    assert max(expected) > 0.2, "nothing mattered, and so nothing was tested"
    assert_close(state["importance"], expected, 0.02 * max(map(abs, expected)), "importance")


def test_other_files(test, page):
    """A larger picture is resized as in the library; what is no picture is refused in its words."""
    with tempfile.TemporaryDirectory() as folder:
        large = pathlib.Path(folder, "large.png")
        write_png(large, [(x * y + 40 * channel) % 256 for y in range(150) for x in range(201)
                          for channel in range(3)], 201, 150)
        show_picture(page, large)
        state = page.evaluate("({...playground.picture})")
        expected = predicted(test, [large])[0]
        assert_close(state["probabilities"], [expected[name] for name in state["names"]], 3e-3,
                     "a large picture")
        damaged = pathlib.Path(folder, "damaged.png")
        damaged.write_bytes(large.read_bytes()[:900])
        show_picture(page, damaged)
        problem = content(page, "picture-problem")
        assert problem.startswith("damaged.png: byte "), problem
        empty = pathlib.Path(folder, "empty.png")
        empty.write_bytes(b"")
        show_picture(page, empty)
        assert_equal(content(page, "picture-problem"), "empty.png: the file is empty",
                     "an empty file")
        assert page.evaluate("document.getElementById('answer').hidden"), "an old answer stays"
    show_picture(page, test.folder / "drawings/val/dog/dog_000001.png")
    assert page.evaluate("document.getElementById('picture-problem').hidden"), "the problem stays"
    page.evaluate("""document.dispatchEvent(new DragEvent("drop", {
        dataTransfer: (() => { const all = new DataTransfer();
            all.items.add(new File(["GIF89a"], "dropped.gif")); return all; })()}))""")
    page.wait_for("!document.getElementById('picture-problem').hidden")
    assert_equal(content(page, "picture-problem"),
                 "dropped.gif: byte 0: neither a PNG, a JPEG nor a BMP file", "a dropped file")
    click(page, "#samples button:nth-child(3)")
    page.wait_for("document.getElementById('verdict').textContent.includes('tiger')")


def test_memory(_, page):
    """What is made again and again takes no more memory than once."""
    set_slider(page, "hidden", 16)
    sizes = []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(8):
            for _ in range(40 if i < 4 else 0):
                click(page, "#reset")
            large = pathlib.Path(folder, f"{i}.png")  # a file chosen twice is no event
            write_png(large, bytes(3 * 600 * 600), 600, 600)
            show_picture(page, large)
            sizes.append(page.evaluate("playground.c.memory.buffer.byteLength"))
    assert_equal(len(set(sizes)), 1, f"sizes of the memory, {sizes}: different ones")


# ---- The page as a page ----

def test_names(_, page):
    """Whatever can be used or looked at has a name for those who hear the page."""
    page.call("Accessibility.enable")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    roles = {}
    for node in nodes:
        role, name = node.get("role", {}).get("value"), node.get("name", {}).get("value", "")
        if role in ("slider", "button", "combobox", "radio", "img", "image", "link", "region"):
            assert name.strip(), f"a {role} has no name"
            roles[role] = roles.get(role, 0) + 1
    assert roles["slider"] >= 7 and roles["radio"] >= 3 and roles["combobox"] == 3, roles


def test_layouts(test, browser, url):
    """Nothing is wider than the window, and dark is dark."""
    for width in (360, 1280):
        for dark in (False, True):
            what = f"{width} {'dark' if dark else 'light'}"
            page = browser.open(url, width=width, dark=dark)
            ready(page)
            page.evaluate("for (let i = 0; i < 150; i++) document.getElementById('step').click()")
            click(page, "#samples button")
            page.wait_for("playground.picture.importance")
            assert_equal(page.evaluate("document.documentElement.scrollWidth"), width, what)
            background = page.evaluate("getComputedStyle(document.body).backgroundColor")
            level = int(background.split("(")[1].split(",")[0])
            assert (level < 64) == dark, f"{what}: the background is {background}"
            page.screenshot(test.folder / f"page-{width}-{'dark' if dark else 'light'}.png")
            # What is seen when something went wrong, on every ground.
            page.evaluate("""for (const kind of ['problem', 'wrong', 'small'])
                for (const one of document.querySelectorAll('body, main, main *:is(section, div)'))
                    one.insertAdjacentHTML('beforeend', `<p class="${kind}">${kind}</p>`)""")
            check_contrast(page, what)
            assert_equal(page.errors, [], f"{what}: errors")


def test_reduced_motion(_, browser, url):
    page = browser.open(url, still=True)
    ready(page)
    click(page, "#run")
    page.wait_for("playground.network.steps > 150")
    click(page, "#run")
    assert_equal(page.evaluate("playground.network.steps % 100"), 0, "steps between pictures")


def check_alone(page, own):
    """Nothing was asked for but the page itself and what lies in it."""
    others = [url for url in page.requests if not url.startswith(("data:", "blob:"))]
    assert_equal(others, [own], "requests")
    assert_equal(page.errors, [], "errors in the console")


def test_served(test, browser):
    """Over HTTP, where the server counts the requests, too."""
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            asked.append(self.path)

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(test.folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/playground.html"
        page = browser.open(url)
        ready(page)
        test_worked_example(test, page)
        click(page, "#samples button")
        page.wait_for("playground.picture.importance")
        check_alone(page, url)
        assert_equal(asked, ["/playground.html"], "what the server was asked for")
    finally:
        server.shutdown()


class Test:
    def __init__(self, folder, tigrillo, numbers):
        self.folder, self.tigrillo, self.numbers = pathlib.Path(folder).resolve(), tigrillo, numbers


def main(chromium, *arguments):
    test = Test(*arguments)
    path = test.folder / "playground.html"
    if not pathlib.Path(chromium).exists():
        print("SKIPPED: there is no Chromium, so the playground is not tested")
        return 77
    if not path.exists():
        print(f"SKIPPED: there is no {path}, so the playground is not tested")
        return 77
    url = path.as_uri()
    with Browser(chromium) as browser:
        page = browser.open(url)
        ready(page)
        for one in (test_worked_example, test_examples, test_plain_sums, test_sliders, test_refusals,
                    test_points, test_training, test_learns, test_buttons, test_long_run,
                    test_divergence, test_pictures, test_importance, test_other_files,
                    test_memory, test_names):
            print(one.__name__, flush=True)
            one(test, page)
        check_alone(page, url)
        for one in (test_layouts, test_reduced_motion):
            print(one.__name__, flush=True)
            one(test, browser, url)
        print("test_served", flush=True)
        test_served(test, browser)
    return 0


sys.exit(main(*sys.argv[1:]))
