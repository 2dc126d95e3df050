#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests chapters.py, links.py and site_links.py: each passes what is right, and notices each thing that
it is for."""
import pathlib
import sys
import tempfile
import textwrap
import unittest

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
import chapters
import links
import site_links

PROGRAM = "#!/bin/sh\n# 0.25\nprintf 'a 1.2345\\nb -0.5\\nc 3\\n'\n"
SOURCE = """\
/* about other() */
static int helper(int a,
                  int b) {
    return other();
}

tg_status declared(void);

double TG_KERNEL(tg_kernel)(size_t n) {
    return helper(1, 2);
}
"""


class Folder(unittest.TestCase):
    """A repository of one program, which prints three lines, and one page."""

    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.root = pathlib.Path(made.name)
        (self.root / "examples" / "book").mkdir(parents=True)
        program = self.root / "show"
        program.write_text(PROGRAM)
        program.chmod(0o755)
        (self.root / "examples" / "book" / "show.c").write_text("double x = 0.25;\nint y = 2;\n")
        (self.root / "source.c").write_text(SOURCE)

    def write(self, text):
        page = self.root / "page.md"
        page.write_text(textwrap.dedent(text))
        return page

    def errors(self, errors, *reasons):
        """There are as many errors as reasons, each of which is part of one."""
        self.assertEqual(len(errors), len(reasons), errors)
        for error, reason in zip(errors, reasons):
            self.assertIn(reason, error)


class Chapters(Folder):
    def check(self, text, *reasons, origins=()):
        chapter = chapters.Chapter(self.write(text), [self.root], self.root)
        self.errors(chapter.check(origins), *reasons)

    def output(self, block, *reasons):
        self.check(f"<!-- output: show -->\n```\n{block}\n```\n", *reasons)

    def prose(self, number, origin, *reasons):
        self.check(f"<!-- run: show -->\n\nIt is {number}.\n", *reasons, origins=[(number, origin)])

    def test_output(self):
        self.output("a 1.2345\nb -0.5\nc 3")
        self.output("...\nb -0.5\n...")
        self.output("a 1.2345\n...\nc 3")

    def test_wrong_output(self):
        self.output("a 1.2346\nb -0.5\nc 3", "the program does not print 'a 1.2346'")
        self.output("a 1.2345\nc 3", "lines are missing")
        self.output("a 1.2345\nb -0.5", "lines are missing")
        self.output("c 3\n...\na 1.2345", "lines are missing")

    def test_typed(self):
        self.output("$ show\na 1.2345\n...")
        self.output("$ shown\na 1.2345\n...", "'shown' is not what runs: show")

    def alike(self, block, *reasons):
        (self.root / "show").write_text("#!/bin/sh\necho ' x  [1,2]  -3.5e-02  1.5e-10  ok'\n")
        self.check(f"<!-- alike: show -->\n```\n{block}\n```\n", *reasons)

    def test_alike(self):
        self.alike(" x  [1,2]  -3.5e-02  1.5e-10  ok")
        self.alike(" x  [1,2]  -3.5e-02  8.5e-08  ok")
        self.alike(" x  [2]  7.0e-02  8.5e-10  ok")

    def test_not_alike(self):
        reason = "the program does not print"
        self.alike(" x  [1,2]  -3.5e-02  1.5e-10  no", reason)
        self.alike(" x  [1,2]  -3.6e-02  1.5e-10  ok", reason)
        self.alike(" x  [1,2]  3.5e-02  1.5e-10  ok", reason)
        self.alike(" x  [1,2]  -3.5e-02  1.5e-03  ok", reason)
        self.alike(" x  [2]  -3.5e-02  1.5e-03  ok", reason)
        self.alike(" x  [1,2]  -3.5e-02  ok", reason)

    def test_blocks_only(self):
        page = self.write("```c\nint y;\n```\n7.5\n<!-- output: show -->\n```\nb -0.6\n...\n```\n")
        found = chapters.Chapter(page, [self.root], self.root, blocks_only=True).check()
        self.errors(found, "the program does not print 'b -0.6'")

    def test_failing_command(self):
        self.check("<!-- run: show && exit 3 -->\n", "ended with 3")
        self.check("<!-- run: no-such-program -->\n", "ended with 127")

    def test_code(self):
        mark = "<!-- code: examples/book/show.c -->\n"
        self.check(mark + "```c\nint y = 2;\n```\n")
        self.check(mark + "```c\nint y = 3;\n```\n", "page.md:2: the block is not a part of")
        self.check(mark + "```c\ny = 2;\n```\n", "the block is not a part of")
        self.check("<!-- code: none.c -->\n```c\n```\n", "there is no file none.c")
        self.check("```c\nint y = 2;\n```\n", "without a comment")

    def test_picture(self):
        (self.root / "right.svg").write_text("a 1.2345\nb -0.5\nc 3\n")
        (self.root / "wrong.svg").write_text("a 1.2345\n")
        mark = "<!-- picture: show -->\n"
        self.check(mark + "![what it shows](right.svg)\n")
        self.check(mark + "![what it shows](wrong.svg)\n", "is not what the program prints")
        self.check(mark + "![what it shows](none.svg)\n", "is not what the program prints")
        self.check(mark + "text\n", "there is no picture")

    def test_mark_without_block(self):
        self.check("<!-- output: show -->\ntext\n", "page.md:1: there is no block")
        self.check("text\n<!-- output: show -->\n", "ends")
        self.check("```\nmore\n", "ends")

    def test_misplaced(self):
        reason = "page.md:2: comments and blocks must stand alone"
        self.check("text\n <!-- output: show -->\n```\nwrong\n```\n", reason)
        self.check("text\nmore <!-- output: show -->\n```\nwrong\n```\n", reason)
        self.check("text\n<!--output: show -->\n```\nwrong\n```\n", reason)
        self.check("<!-- output: show -->\n  ```\n  wrong\n  ```\n", "no block", reason,
                   "page.md:4")

    def test_numbers(self):
        for number, origin in [("1.2345", "a 1.2345"), ("1.23", "a  1"), ("1.235", "a"), ("1.2", "a"),
                               ("-0.5", "b -0.5"), ("0.25", "double x"), ("5e-1", "= 1 / 2"),
                               ("0.693", "= log(2)"), ("1e-16", "= 2**-53"), ("1000", "text")]:
            self.prose(number, origin)

    def test_wrong_numbers(self):
        for number, origin in [("1.24", "a 1.2345"), ("1.2344", "a"), ("1.23450", "a"), ("0.5", "b -0.5"),
                               ("-1.23", "a"), ("1.23", "b -0.5"), ("3.0", "c 3"), ("1.2345", "a 1.3"),
                               ("0.694", "= log(2)"), ("102", "= 100 + 1"), ("1.5", "text")]:
            self.prose(number, origin, f"page.md:3: {number} does not come from '{origin}'")

    def test_numbers_in_order(self):
        origins = [("1.2345", "a 1.2345"), ("-0.5", "b -0.5")]
        text = "<!-- run: show -->\n# 7.5\n%s\n"
        self.check(text % "1.2345 and \u22120.5, chapter 12, 3 times", origins=origins)
        self.check(text % "-0.5 and 1.2345", "page.md:3: there is -0.5, where the list of origins has 1.2345",
                   origins=origins)
        self.check(text % "1.2345", "there is None, where the list of origins has -0.5", origins=origins)
        self.check(text % "1.2345 -0.5 12", "there is 12, where the list of origins has None",
                   origins=origins)

    def test_numbers_in_formulas(self):
        for text, number in [("    3 * 14 = 1", "14"), ("```\ny = 0.52\n```", "0.52"), ("`0.53`", "0.53"),
                             ("[1.5](2.5/x)", "1.5"), ("exp(-1000)", "-1000"), ("784-10", "784"),
                             ("2^-3 1e-16/h", "1e-16")]:
            self.check(text + "\n", f"there is {number}, where")

    def test_numbers_of_code(self):
        mark = "<!-- code: source.c -->\n```c\n    return helper(1, 2);\n```\n"
        self.check(mark + "22\n", "22 does not come from", origins=[("22", "helper(1, 2)")])
        (self.root / "source.c").write_text("int x = 22;\n")
        self.check("<!-- code: source.c -->\n```c\nint x = 22;\n```\n22\n", origins=[("22", "int x")])

    def test_numbers_of_commands(self):
        mark = "<!-- run: show 7.5 -->\n"
        self.check(mark + "7.5\n", origins=[("7.5", "show 7.5")])
        self.check(mark + "7.6\n", "7.6 does not come from", origins=[("7.6", "show 7.5")])

    def test_place(self):
        self.prose("0.25", "examples/book/show.c: double x")
        self.prose("0.26", "examples/book/show.c: double x", "0.26 does not come from")
        self.prose("0.25", "examples/book/none.c: double x", "0.25 does not come from")
        self.prose("0.25", "examples/book/show.c: int y", "0.25 does not come from")

    def test_origins(self):
        path = self.root / "origins.txt"
        path.write_text("# about it\n\n[page]\n1.2 3.4: a = b: c\n16 = 4 * 4\n[other]\n10: text\n")
        self.assertEqual(chapters.read_origins(path), {
            "page": [("1.2", "a = b: c"), ("3.4", "a = b: c"), ("16", "= 4 * 4")],
            "other": [("10", "text")]})


class Links(Folder):
    def check(self, text, *reasons):
        page = self.write(text)
        errors = links.check(self.root)[1]
        self.errors(errors, *reasons)
        self.assertEqual(len(links.LINK.findall(page.read_text())) > 0, True)

    def test_files(self):
        self.check("[a](source.c), [b](examples), [c](https://example.org/none), ![d](show)\n")
        self.check("one\n[two\nwords](none.md)\n", "page.md:2: there is no none.md")

    def test_headings(self):
        page = "# The `first` one, here\n## Twice\n## Twice\n"
        self.check(page + "[a](#the-first-one-here) [b](page.md#twice) [c](#twice-1)\n")
        self.check(page + "[a](#the-second)\n", "page.md:4: there is no heading for #the-second")
        self.check(page + "[a](page.md#twice-2)\n", "there is no heading")
        self.check("```\n# code\n```\n[a](#code)\n", "there is no heading")

    def test_functions(self):
        self.check("[helper()](source.c) and [`tg_kernel()`](source.c)\n")
        self.check("[other()](source.c)\n", "source.c does not define other()")
        self.check("[declared()](source.c)\n", "source.c does not define declared()")
        self.check("[`help()`](source.c)\n", "source.c does not define help()")

    def test_code(self):
        self.check("```\n[a](none.c)\n```\n`x[i](y)` [b](show)\n")


class Site(unittest.TestCase):
    def check(self, link, *reasons):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name).resolve()
            (folder / "a b.html").write_text('<h1 id="place">Here</h1>')
            (folder / "page.html").write_text(f'<a name="own"></a><a href="{link}">there</a>')
            dead = list(site_links.dead_links(folder))
        self.assertEqual(len(dead), len(reasons), dead)
        for one, reason in zip(dead, reasons):
            self.assertIn(reason, one)

    def test_links(self):
        for link in ["a%20b.html", "a%20b.html#place", "#own", "#", "https://example.org/none"]:
            self.check(link)
        self.check("none.html", "page.html: there is no none.html")
        self.check("none.css", "there is no none.css")
        self.check("a%20b.html#other", "there is no place a%20b.html#other")
        self.check("#place", "there is no place #place")


if __name__ == "__main__":
    unittest.main()
