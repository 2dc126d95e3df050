#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# From nothing to a classifier of pictures: installs what is missing, builds, draws pictures, trains
# on them and classifies new ones. On Debian and Ubuntu it then trains on 70,000 photographs.
set -euo pipefail
cd "$(dirname "$0")/.."

heading() {
    printf '\n=== %s ===\n\n' "$*"
}

# Shows a command, even if its output goes elsewhere, and runs it.
run() {
    printf '$ %s\n' "$*" >&2
    "$@"
}

heading "1. What is needed"
# shellcheck source=scripts/setup.sh
. scripts/setup.sh

heading "2. Build"
cmake --preset release -D TIGRILLO_TESTS=OFF >/dev/null
cmake --build --preset release
PATH=$PWD/build/release/cli:$PWD/build/release/datasets:$PATH
mkdir -p data

heading "3. Draw cats, dogs, tigers and other things"
run tigrillo-draw data/drawings --sheet data/drawings.png
run tigrillo-draw data/new --train 0 --val 300 --seed 2
echo "1,500 pictures a class to train on, 300 to choose the best epoch by, and 300 that nobody has"
echo "seen before. data/drawings.png shows some of them, enlarged."

heading "4. Train a network on histograms of oriented gradients"
run tigrillo train data/drawings/train --validation data/drawings/val --features hog \
    --augment --dropout 0.3 --out data/animals.safetensors

heading "5. How good it is on pictures it has never seen"
run tigrillo evaluate data/animals.safetensors data/new/val

heading "6. Some of them, one by one"
run tigrillo predict data/animals.safetensors data/new/val/*/*_00000[12].png

heading "7. The same with a linear classifier on pixels, for comparison"
run tigrillo train data/drawings/train --validation data/drawings/val --hidden none \
    --out data/linear.safetensors >/dev/null
run tigrillo evaluate data/linear.safetensors data/new/val

clothes=/usr/share/datasets/fashion-mnist
heading "8. Real pictures: Fashion-MNIST"
if command -v apt-get >/dev/null; then
    apt_install dataset-fashion-mnist || echo "The package cannot be installed here."
fi
if [ -d $clothes ]; then
    run tigrillo train \
        $clothes/train-images-idx3-ubyte.gz:$clothes/train-labels-idx1-ubyte.gz \
        --batch 128 --epochs 8 --out data/clothes.safetensors >/dev/null
    run tigrillo evaluate data/clothes.safetensors \
        $clothes/t10k-images-idx3-ubyte.gz:$clothes/t10k-labels-idx1-ubyte.gz
else
    echo "Left out: the data is in the package dataset-fashion-mnist of Debian and Ubuntu."
fi

heading "Done"
echo "The program is build/release/cli/tigrillo, the models are data/*.safetensors."
echo "Next, with a folder of your own that has a subfolder of pictures for each class:"
echo "build/release/cli/tigrillo train YOUR_FOLDER --features hog --augment --out my.safetensors"
