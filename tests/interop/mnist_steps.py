# SPDX-License-Identifier: MIT
"""Repeats the steps of mnist_steps.c in PyTorch: same initial weights, same batches, same recipe.

    mnist_steps.py MNIST_STEPS [STEPS]

runs the program MNIST_STEPS on the MNIST that it finds where TIGRILLO_DATA says or else in
../shared/data beside the repository, then PyTorch on the same batches, and fails unless the losses agree to
1e-4 at each of the first 100 steps.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy
    import torch
    from safetensors.torch import load_file
except ImportError as missing:
    print(f"SKIPPED: {missing}; scripts/setup-python.sh installs it")
    sys.exit(77)

LIMIT = 1e-4
BATCH = 64


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    beside = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = pathlib.Path(os.environ.get("TIGRILLO_DATA", beside)).resolve() / "mnist"
    if not folder.is_dir():
        print(f"SKIPPED: there is no {folder}; set TIGRILLO_DATA to the folder that holds mnist/")
        return 77
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([program, "steps", folder, str(steps)], cwd=work, check=True)
        x = numpy.fromfile(f"{work}/batches.f32", "<f4").reshape(steps, BATCH, 784)
        labels = numpy.fromfile(f"{work}/labels.i32", "<i4").reshape(steps, BATCH)
        ours = numpy.loadtxt(f"{work}/losses.txt", ndmin=2)
        weights = load_file(f"{work}/initial.safetensors")

    model = torch.nn.Sequential(
        torch.nn.Linear(784, 512), torch.nn.ReLU(),
        torch.nn.Linear(512, 256), torch.nn.ReLU(),
        torch.nn.Linear(256, 10))
    model.load_state_dict(weights)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9, weight_decay=5e-4)
    worst = 0.0
    for step in range(steps):
        loss = torch.nn.functional.cross_entropy(
            model(torch.from_numpy(x[step])), torch.from_numpy(labels[step]).long())
        optimizer.zero_grad()
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = ours[step, 1]
        optimizer.step()
        difference = abs(loss.item() - ours[step, 0])
        worst = max(worst, difference)
        if step % 20 == 0 or step == steps - 1:
            print(f"step {step:3}: tigrillo {ours[step, 0]:.6f}  PyTorch {loss.item():.6f}"
                  f"  difference {difference:.1e}")
    print(f"largest difference of {steps} steps: {worst:.2e}, allowed {LIMIT:.0e}")
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
