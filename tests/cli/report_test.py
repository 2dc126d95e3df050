# SPDX-License-Identifier: MIT
"""Reads a training's report as a program does that reads it aloud, and compares its numbers.

report_test.py REPORT                            what every report must have
report_test.py REPORT judged EVALUATE.json LOG   its figures are those of evaluate and of the log
report_test.py REPORT watched LOG                as above, while the training goes on
report_test.py REPORT predicted PREDICT.jsonl    calibration and the worst are those of predict
report_test.py REPORT spread MODEL TRACE.jsonl   weights are the model's, gradients those of trace
report_test.py REPORT says TEXT...               the text is in it, as its reader sees it
"""
import json
import math
import re
import struct
import sys
import xml.dom.minidom
from html.parser import HTMLParser

VOID = {"meta", "img", "input"}


class Page(HTMLParser):
    """Tables by caption, as rows of texts and of exact values; ids, headings and all text."""

    def __init__(self, source):
        super().__init__()
        self.open, self.tables, self.ids, self.headings, self.text = [], {}, [], [], ""
        self.caption, self.row, self.source = None, None, source
        self.labelled = []
        self.feed(source)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        own = dict(attrs)
        assert len(own) == len(attrs), f"{tag}: an attribute twice"
        for name, value in attrs:
            assert name not in ("href", "srcset", "action", "data", "poster"), f"{tag} {name}"
            assert name != "src" or value.startswith("data:image/"), f"{tag} src={value[:40]}"
            assert not name.startswith("on"), f"{tag} {name}"
        assert tag not in ("link", "iframe", "object", "embed", "base", "a"), tag
        if "id" in own:
            self.ids.append(own["id"])
        if tag == "svg":
            assert own.get("role") == "img"
            self.labelled += own["aria-labelledby"].split()
        if tag == "img":
            assert own.get("alt"), "a picture that is not told of"
        if tag == "th":
            assert own.get("scope") in ("row", "col"), "a heading of nothing"
        if tag == "table":
            self.caption = ""
        if tag == "tr":
            self.row = []
        if tag in ("td", "th"):
            self.row.append("")
        if tag == "data" and self.row:
            self.row[-1] = float(own["value"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> at {self.getpos()}"
        if tag == "caption":
            assert self.caption and self.caption not in self.tables, self.caption
            self.tables[self.caption] = []
        if tag == "tr":
            self.tables[self.caption].append(self.row)
            self.row = None

    def handle_data(self, data):
        if "script" in self.open or "style" in self.open:
            return
        self.text += data
        if self.open and self.open[-1] == "caption":
            self.caption += data
        elif self.row and isinstance(self.row[-1], str):
            self.row[-1] += data

    def table(self, beginning):
        found = [rows for name, rows in self.tables.items() if name.startswith(beginning)]
        assert len(found) == 1, f"{len(found)} tables {beginning}"
        return found[0]


def near(one, other, tolerance):
    assert abs(one - other) <= tolerance * max(abs(one), abs(other)), f"{one} is not {other}"


def check_page(page):
    xml.dom.minidom.parseString(page.source)
    assert page.source.startswith("<!DOCTYPE html>\n") and '<html lang="en">' in page.source
    assert not re.search(r"https?:|//|url\(|@import", re.sub(r"base64,[^\"]*", "", page.source))
    assert len(set(page.ids)) == len(page.ids), "an id twice"
    assert set(page.labelled) <= set(page.ids), "a name that is not there"
    assert page.headings[0] == 1 and 1 not in page.headings[1:]
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:])), "a level left out"
    assert len(page.source) < 600_000, len(page.source)
    shown = re.findall(r"sample (\d+): ", page.text)
    assert len(set(shown)) == len(shown), "a sample among the worst and the best"


def check_judged(page, judged, log):
    summary = {row[0]: row[1] for row in page.table("The saved model")}
    assert int(summary["samples"]) == judged["samples"]
    for name in ("loss", "accuracy", "balanced_accuracy"):
        near(summary[name.replace("_", " ")], judged[name], 1e-8)
    matrix = page.table("A row for each true class")
    assert [int(cell) for row in matrix[1:] for cell in row[1:]] == sum(judged["confusion"], [])
    assert matrix[0][1:] == [one["name"] for one in judged["classes"]]
    for row, one in zip(page.table("Each class")[1:], judged["classes"], strict=True):
        assert row[0] == one["name"] and int(row[4]) == one["samples"]
        for cell, name in zip(row[1:4], ("precision", "recall", "f1"), strict=True):
            near(cell, one[name], 1e-8)
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy",
             "validation_balanced_accuracy", "learning_rate")
    for row, one in zip(page.table("Epochs")[1:], log, strict=True):
        assert int(row[0]) == one["epoch"]
        for cell, name in zip(row[1:], names, strict=True):
            near(cell, one[name], 1e-8)


def check_watched(page, log):
    """The log may have grown since."""
    epoch = int(re.search(r"Training goes on: (\d+) of", page.text).group(1))
    summary = {row[0]: row[1] for row in page.table(f"The model after epoch {epoch} on")}
    for name in ("loss", "accuracy", "balanced_accuracy"):
        near(summary[name.replace("_", " ")], log[epoch - 1]["validation_" + name], 1e-8)
    assert [int(row[0]) for row in page.table("Epochs")[1:]][-1] == epoch


def check_predicted(page, predicted):
    """Each file's name says its class: .../CLASS/FILE."""
    bins, right_of = {}, []
    for one in predicted:
        right = one["file"].split("/")[-2]
        confidence = one["probabilities"][one["class"]]
        bins.setdefault(min(int(confidence * 10), 9), []).append((confidence, one["class"] == right))
        right_of.append(one["probabilities"][right])
    rows = page.table("Samples by the confidence")[1:]
    error = 0
    for row, place in zip(rows, sorted(bins), strict=True):
        own = bins[place]
        assert float(row[0]) == place / 10 and int(row[1]) == len(own)
        confidence, accuracy = (sum(values) / len(own) for values in zip(*own))
        near(row[2], confidence, 1e-5)
        near(row[3], accuracy, 1e-8)
        error += abs(confidence - accuracy) * len(own) / len(predicted)
    summary = {row[0]: row[1] for row in page.table("The saved model")}
    near(summary["expected calibration error"], error, 1e-4)
    worst, best = re.search("The worst(.*)The best(.*)Configuration", page.text, re.S).groups()
    half = len(predicted) // 2
    for text, wanted, most in ((worst, sorted(right_of), len(predicted) - half),
                               (best, sorted(right_of, reverse=True), half)):
        shown = re.findall(r"sample (\d+): [^,]*, ([0-9.]+)\s%", text)
        assert len(shown) == min(8, most)
        for (sample, percent), value in zip(shown, wanted):
            assert f"{100 * right_of[int(sample)]:.1f}" == percent == f"{100 * value:.1f}"


def check_spread(page, path, traces):
    """A model that did not learn, whose gradients are the means of what trace says."""
    with open(path, "rb") as file:
        content = file.read()
    size = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:8 + size])
    rows = {row[0]: [float(cell) for cell in row[1:]] for row in page.table("After epoch")[1:]}
    layers = sorted(int(name.split(".")[0]) for name in header if name.endswith(".weight"))
    assert len(rows) == 2 * len(layers)
    for place, layer in enumerate(layers):
        begin, end = header[f"{layer}.weight"]["data_offsets"]
        weights = struct.unpack(f"<{(end - begin) // 4}f", content[8 + size + begin:8 + size + end])
        gradients = [sum(values) / len(traces) for values in
                     zip(*(sum(one["layers"][place]["dW"], []) for one in traces))]
        for values, row in (weights, rows[f"{layer}, weights"]), (gradients,
                                                                  rows[f"{layer}, gradients"]):
            mean = sum(values) / len(values)
            deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))
            largest = max(map(abs, values))
            assert row[0] == len(values) and abs(row[1] - mean) < 1e-3 * deviation
            near(row[2], deviation, 1e-3)
            near(row[3], largest, 1e-3)
            assert row[4] == sum(abs(value) < 1e-12 for value in values)


def json_lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        page = Page(file.read())
    check_page(page)
    what, given = (sys.argv[2:3] or [""])[0], sys.argv[3:]
    if what == "judged":
        with open(given[0], encoding="utf-8") as file:
            check_judged(page, json.load(file), json_lines(given[1]))
    elif what == "watched":
        check_watched(page, json_lines(given[0]))
    elif what == "predicted":
        check_predicted(page, json_lines(given[0]))
    elif what == "spread":
        check_spread(page, given[0], json_lines(given[1]))
    for text in given if what == "says" else []:
        assert text in page.text, f"no '{text}'"


main()
