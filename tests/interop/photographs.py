# SPDX-License-Identifier: MIT
"""The recipe of photographs.c in Tigrillo and in PyTorch: which balanced accuracy does each reach?

    photographs.py PHOTOGRAPHS [SEED...] [--features hog|pixels]

runs the program PHOTOGRAPHS for each seed (1, 2 and 3 if none is given), which trains with
tg_fit(); then PyTorch from the same initial weights on the very same batches, which the program
sends through a pipe. Both keep the epoch with the best balanced accuracy. The table tells that
accuracy and the recall of each class, on the data that the epoch was chosen by.

The two are not equal step by step: each draws its own masks of dropout, and beyond that AdamW makes
large differences of small ones (mnist_steps.c). What should be equal is the mean over the seeds, up
to the scatter between them.

The pictures are those that photographs.c names, in TIGRILLO_DATA or else in ../shared/data beside
the repository; without them the exit status is 77. To be run by hand: a seed takes minutes.
"""
import argparse
import copy
import os
import pathlib
import re
import subprocess
import sys

try:
    import numpy
    import torch
except ImportError as missing:
    print(f"SKIPPED: {missing}; scripts/setup-python.sh installs it")
    sys.exit(77)

LEARNING_RATE = {"hog": 1e-3, "pixels": 5e-4}
WEIGHT_DECAY = 0.01
DROPOUT = 0.3
PATIENCE = 8


class Stream:
    """What `photographs batches` writes, in the order in which it does."""

    def __init__(self, file):
        self.file = file

    def read(self, kind, *shape):
        size = 4 * int(numpy.prod(shape))
        data = self.file.read(size)
        if len(data) != size:
            raise EOFError("the program ended before its last batch")
        return torch.from_numpy(numpy.frombuffer(data, kind).reshape(shape).copy())

    def floats(self, *shape):
        return self.read("=f4", *shape)

    def integers(self, *shape):
        return self.read("=i4", *shape).long()


def build(stream, columns, hidden, classes):
    model = torch.nn.Sequential(
        torch.nn.Linear(columns, hidden), torch.nn.ReLU(), torch.nn.Dropout(DROPOUT),
        torch.nn.Linear(hidden, classes))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(stream.floats(*parameter.shape))
    return model


def recalls(predicted, labels, classes):
    """The recall of each class, from scratch."""
    return numpy.array([numpy.mean(predicted[labels == k] == k) for k in range(classes)])


def evaluate(model, x, labels, loss, classes):
    """The recalls, and the loss, which decides between equal balanced accuracies."""
    model.eval()
    with torch.no_grad():
        logits = model(x)
        value = loss(logits, labels).item()
    model.train()
    return recalls(logits.numpy().argmax(axis=1), labels.numpy(), classes), value


def fit(stream, features):
    """Trains on the batches of the stream; gives the recalls and the number of the best epoch."""
    columns, hidden, classes, count, held_back, batch, epochs = stream.integers(7).tolist()
    model = build(stream, columns, hidden, classes)
    numbers = torch.bincount(stream.integers(count), minlength=classes)
    x, labels = stream.floats(held_back, columns), stream.integers(held_back)
    loss = torch.nn.CrossEntropyLoss(weight=count / (classes * numbers.float()))
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=LEARNING_RATE[features], weight_decay=WEIGHT_DECAY)
    steps = epochs * ((count + batch - 1) // batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps - 1)

    best = (-1.0, 0.0)  # balanced accuracy, and the loss with its sign changed
    for epoch in range(1, epochs + 1):
        total = 0.0
        for first in range(0, count, batch):
            rows = min(batch, count - first)
            x_batch, labels_batch = stream.floats(rows, columns), stream.integers(rows)
            value = loss(model(x_batch), labels_batch)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            schedule.step()
            total += value.item() * rows
        found, validation_loss = evaluate(model, x, labels, loss, classes)
        print(f"epoch {epoch}: training loss {total / count:.4f}, "
              f"balanced accuracy {found.mean():.4f}", file=sys.stderr, flush=True)
        if (found.mean(), -validation_loss) > best:
            best = (found.mean(), -validation_loss)
            best_epoch, best_weights = epoch, copy.deepcopy(model.state_dict())
        elif epoch - best_epoch >= PATIENCE:
            break
    model.load_state_dict(best_weights)
    return evaluate(model, x, labels, loss, classes)[0], f"{best_epoch} of {epoch}"


def train_pytorch(command, environment, seed, features):
    torch.manual_seed(seed)  # of dropout, the only thing left to chance
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        try:
            return fit(Stream(process.stdout), features)
        finally:
            process.terminate()  # after an early stop it would write on


def train_tigrillo(command, environment):
    """What `photographs train` printed: names of the classes, balanced accuracy, recalls, epoch."""
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)
    epoch = re.search(r"^best epoch: (.+)$", done.stdout, re.M)[1]
    balanced = float(re.search(r"^balanced accuracy: (.+)$", done.stdout, re.M)[1])
    pairs = re.findall(r"^recall of (.+): (.+)$", done.stdout, re.M)
    names = [name for name, _ in pairs]
    return names, balanced, numpy.array([float(recall) for _, recall in pairs]), epoch


def print_table(names, rows):
    """rows: (seed, who, balanced accuracy, recalls, best epoch)"""
    def line(seed, who, numbers, epoch):
        print(f"{seed:<6}{who:<10}" + "".join(f"{number:>10}" for number in numbers) + f"  {epoch}")

    line("seed", "", ["balanced", *names], "best epoch")
    for seed, who, balanced, recall, epoch in rows:
        line(seed, who, [f"{value:.4f}" for value in (balanced, *recall)], epoch)
    for who in ("tigrillo", "PyTorch"):
        all_of_it = [(balanced, *recall) for _, whose, balanced, recall, _ in rows if whose == who]
        line("mean", who, [f"{value:.4f}" for value in numpy.mean(all_of_it, axis=0)], "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the program built from photographs.c")
    parser.add_argument("seeds", metavar="SEED", type=int, nargs="*")
    parser.add_argument("--features", choices=LEARNING_RATE, default="hog")
    line = parser.parse_intermixed_args()
    beside = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data"
    environment = {"TIGRILLO_DATA": str(beside), **os.environ}
    torch.set_num_threads(1)

    rows = []
    for seed in line.seeds or [1, 2, 3]:
        def command(what):
            return [line.program, what, str(seed), "--features", line.features]

        print(f"seed {seed}, tigrillo", file=sys.stderr, flush=True)
        names, balanced, recall, epoch = train_tigrillo(command("train"), environment)
        rows.append((seed, "tigrillo", balanced, recall, epoch))
        print(f"seed {seed}, PyTorch", file=sys.stderr, flush=True)
        recall, epoch = train_pytorch(command("batches"), environment, seed, line.features)
        rows.append((seed, "PyTorch", recall.mean(), recall, epoch))
    print(f"features: {line.features}; PyTorch {torch.__version__}")
    print_table(names, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
