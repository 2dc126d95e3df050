# SPDX-License-Identifier: MIT
# One pass forward and backward: the example's numbers are those of the softmax example, a model's
# those of predict, and the page needs nothing else.
# shellcheck shell=sh disable=SC1091,SC2154
. "$(dirname "$0")/support.sh"

# sums N: N lines "name = u*v + u*v + ... = result", over as many lines as it takes, are right in the
# last command's text, which leaves nothing out.
sums() {
    check test "$(grep -cF ... out)" -eq 0
    awk -v want="$1" '
        function judge(line, part, term, factor, i, n, sum, size) {
            if (split(line, part, " = ") != 3 || part[2] !~ /\*/ || part[2] !~ / \+ /) return
            n = split(part[2], term, / \+ /)
            for (i = 1; i <= n; ++i) {
                if (split(term[i], factor, "*") == 1) factor[2] = 1
                sum += factor[1] * factor[2]
                size += (factor[1] * factor[2]) ^ 2
            }
            if ((sum - part[3]) ^ 2 > 1e-9 * (size + 1e-9)) print "wrong: " line
            ++count
        }
        /^ +\+ / { sub(/^ +/, " "); line = line $0; next }
        { judge(line); line = $0 }
        END { judge(line); if (count != want) print count " sums" }' out >sums
    [ ! -s sums ] || wrong "$last: $(cat sums)"
}

# inputs N: N lines "x[i] = (v - mean) / deviation = result" are right, where v may be a fraction.
inputs() {
    awk -v want="$1" '
        /^  x\[/ && / = \(.* - .*\) \/ / {
            split($0, part, " = ")
            split(substr(part[2], 2), term, /( - )|(\) \/ )/)
            if (split(term[1], fraction, "/") == 1) fraction[2] = 1
            x = (fraction[1] / fraction[2] - term[2]) / term[3]
            if ((x - part[3]) ^ 2 > 1e-8 * (1 + x * x)) print "wrong: " $0
            ++count
        }
        END { if (count != want) print count " inputs" }' out >inputs
    [ ! -s inputs ] || wrong "$last: $(cat inputs)"
}

# The example, as text.
expect 0 "$tigrillo" trace
empty err
has out "z[1] = 1.2*1.5 + 0*-0.4 + 0.5*0.88 + 0.2 = 2.44"
has out "p[0] = 0.19101771  cat"
has out "p[1] = 0.62789072  dog"
has out "p[2] = 0.11938650  tiger"
has out "p[3] = 0.06170507  none"
has out "loss = -log 0.62789072 = 0.46538914"
# Worked by hand: dz = p - y; dW_ji = dz_j a_i; da_i = sum_j dz_j W_ji; the second unit is off.
has out "da[1] = (0.62789072 - 1) / 1 = -0.37210928"
has out "dW[1,0] = -0.372109 * 1.2 = -0.446531"
has out "da[0] = 0.191018*0.5 + -0.372109*1.5 + 0.119387*0.4 + 0.0617051*-0.3 = -0.433412"
has out "dz[1] = 0.377663 * 0 = 0"
has out "W[1,0] = 1.5 - 0.1 * -0.446531 = 1.54465"
has out "before the step 0.46538914, after it 0.37645481"
sums 12 # z: 3 and 4, da: 3, dx: 2

# The same as JSON, and with another class and step.
expect 0 "$tigrillo" trace --json
json 0.627890719 p 1
json 1 y
json 2 layers 1 layer
json relu layers 0 function
json '[0.0,0.0]' layers 0 dW 1
json 0.465389142 loss
json 0.376454811 loss_after
json '[1.0,0.5]' v
json null mean
expect 0 "$tigrillo" trace --class none --learning-rate 0 --json
json 3 y
check test "$("$json_value" loss <out)" = "$("$json_value" loss_after <out)"
# A step down a slope this steep lowers the loss.
expect 0 "$tigrillo" trace --class none --learning-rate 0.01 --json
check awk "BEGIN { exit !($("$json_value" loss_after <out) < $("$json_value" loss <out)) }"

# Models: the twin's probabilities are those of the library.
pictures data 6
rows rows.csv 60
for activation in sigmoid gelu; do
    expect 0 "$tigrillo" train data --size 4 --hidden 13,5 --activation "$activation" --epochs 5 \
        --batch 4 --dropout 0.2 --out colours.safetensors
    expect 0 "$tigrillo" predict colours.safetensors data/green/1.bmp --json
    want=$("$json_value" probabilities green <out)
    expect 0 "$tigrillo" trace colours.safetensors data/green/1.bmp --json
    got=$("$json_value" p 1 <out)
    check awk "BEGIN { d = $want - $got; exit !(d < 1e-6 && d > -1e-6) }"
    json green classes 1
done
expect 0 "$tigrillo" trace colours.safetensors data/green/1.bmp --class green
has out "right class y = 1 (green)"
has out "x_i = (v_i - mean_c) / deviation_c, c = i mod 3: the channel"
has out "  x[0] = (41/255 - "
inputs 48
sums $((13 + 5 + 3 + 48 + 13 + 5))
expect 0 "$tigrillo" trace colours.safetensors data/green/1.bmp --json
json 41 pixels 0
json 0.160784319 v 0
expect 0 "$tigrillo" train rows.csv --hidden 3 --epochs 1 --out rows.safetensors
expect 0 "$tigrillo" trace rows.safetensors 0.5,-2e-1
has out "sample:  0.5,-2e-1"
has out "  x[1] = (-0.2 - "
inputs 2
expect 0 "$tigrillo" trace rows.safetensors 0.5,-2e-1 --json
json -0.200000003 v 1
expect 0 "$tigrillo" trace -- rows.safetensors -0.5,1
expect 0 "$tigrillo" trace rows.safetensors -0.5,1
has out "sample:  -0.5,1"
expect 2 "$tigrillo" trace rows.safetensors --class -1 -0.5,1
has err "--class: '-1' is no class of the network"
expect 2 "$tigrillo" trace rows.safetensors -x,1
has err "-x,1: unknown option"

# The page: well-formed, every edge there, nothing fetched from elsewhere, names escaped.
expect 0 "$tigrillo" trace --html
has out "<!DOCTYPE html>"
check test "$(grep -c '<line ' out)" -eq 18
check test "$(grep -c 'class="box"' out)" -eq 9
has out ">1.5 <tspan class=\"d\">d -0.447</tspan>"
has out "p 0.6279 dog (right)"
has out "before the step 0.46538914, after it 0.37645481"
check test "$(grep -ciE 'https?:|src=|href=|url\(|@import' out)" -eq 0
if command -v python3 >/dev/null; then
    check python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' out
fi
mkdir strange
cp -r data/red "strange/<red>"
cp -r data/blue 'strange/a&b'
expect 0 "$tigrillo" train strange --size 4 --hidden none --epochs 1 --out strange.safetensors
expect 0 "$tigrillo" trace strange.safetensors 'strange/<red>/1.bmp' --html
has out "a&amp;b"
has out "strange/&lt;red&gt;/1.bmp"
has out "12 of 48"
check test "$(grep -c '^<text class="unit" .*>v\[' out)" -eq 12
check test "$(grep -c '<red>' out)" -eq 0

# What cannot be traced.
expect 2 "$tigrillo" trace rows.safetensors
has err "SAMPLE is missing"
expect 2 "$tigrillo" trace rows.safetensors 1
has err "SAMPLE: 1 numbers, the model takes 2"
expect 2 "$tigrillo" trace rows.safetensors 1,2,3
has err "SAMPLE: 3 numbers"
expect 2 "$tigrillo" trace rows.safetensors 1,,3
has err "SAMPLE: '' is not a number"
expect 2 "$tigrillo" trace rows.safetensors 1,two
has err "SAMPLE: 'two' is not a number"
expect 2 "$tigrillo" trace --class horse
has err "'horse' is no class"
expect 2 "$tigrillo" trace --json --html
expect 1 "$tigrillo" trace missing.safetensors 1,2
has err "missing.safetensors"
expect 1 "$tigrillo" trace colours.safetensors missing.bmp
has err "missing.bmp"
golden=$(dirname "$0")/../io/golden
expect 1 "$tigrillo" trace "$golden/version-1-pictures.safetensors" data/red/1.bmp
has err "trace cannot follow"
# No classifier: softmax and cross-entropy of it would be numbers, but none of its own.
expect 0 "$tigrillo" import "$(dirname "$0")/../fuzz/corpus/onnx/keras.onnx" --out yes_or_no.safetensors
expect 1 "$tigrillo" trace yes_or_no.safetensors 1,1,1,1,1,1
has err "yes_or_no.safetensors: has one output: trace computes softmax and cross-entropy of at least two"
empty out
ends_in_sigmoid rows.safetensors several.safetensors
expect 1 "$tigrillo" trace several.safetensors 1,2
has err "several.safetensors: ends in sigmoid: trace computes softmax and cross-entropy"
empty out
finish
