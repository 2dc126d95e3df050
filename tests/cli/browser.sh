# SPDX-License-Identifier: MIT
# The program's pages in a browser: light and dark, narrow and wide, without an error and without
# scrolling sideways, and with texts that can be read.
# shellcheck shell=sh disable=SC1091,SC2154
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/support.sh"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
    echo "SKIPPED: there is no chromium here"
    exit 77
}

# In a frame of that width, each page tells: the widest it gets, its width, its back's colour.
frame='<!DOCTYPE html><meta charset="utf-8"><body><script>
    var told = [];
    onmessage = function (e) { told.push(e.data); document.title = told.sort().join(); };
</script>'
tell='<script>parent.postMessage([innerWidth, document.documentElement.scrollWidth,
    getComputedStyle(document.body).backgroundColor].join(" "), "*")</script></html>'

# opens FILE: dark and light.
opens() {
    sed 's|</html>||' "$1" >told.html
    echo "$tell" >>told.html
    {
        echo "$frame"
        for width in 360 1280; do
            echo "<iframe src=\"told.html\" style=\"border:0;width:${width}px;height:600px\"></iframe>"
        done
    } >frame.html
    for colours in 0 1; do # dark, light
        back=$([ $colours -eq 0 ] && echo "rgb(22, 24, 28)" || echo "rgb(255, 255, 255)")
        last="$1 with colours $colours"
        "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --virtual-time-budget=2000 \
            --user-data-dir="$folder/profile" --blink-settings=preferredColorScheme=$colours \
            --enable-logging=stderr --dump-dom "file://$folder/frame.html" >out 2>err ||
            wrong "$last: cannot be opened"
        has out "<title>1280 1280 $back,360 360 $back</title>"
        check test "$(grep -c ':CONSOLE' err)" -eq 0
    done
}

# That an error would be noticed, and something too wide.
echo '<!DOCTYPE html><html><body style="margin:0"><div style="width:400px">wide</div>
<script>console.error("as it should be")</script></body></html>' >wrong.html
(opens wrong.html) >noticed
last="wrong.html"
check grep -q "no '<title>1280 1280 rgb(22, 24, 28),360 360" noticed
check grep -q '<title>1280 1280 .*,360 400 ' noticed
check grep -q 'CONSOLE.*as it should be' noticed

pictures data 12
mkdir 'data/a class with a very long name, and one-word-that-cannot-be-broken-into-lines-anywhere'
cp data/red/*.bmp data/a*
expect 0 "$tigrillo" train data --size 4 --hidden 40,5 --epochs 60 --out m --report done.html
opens done.html
expect 1 sh -c "ulimit -f 40; exec '$tigrillo' train data --size 4 --hidden 8 --epochs 2 --out m \
    --report watched.html"
opens watched.html
expect 0 "$tigrillo" trace --html
cp out trace.html
opens trace.html
expect 0 "$tigrillo" trace m data/red/1.bmp --html
cp out standardised.html
opens standardised.html

# The contrast of each text with what is below it; and that a faint one would be noticed.
contrast="python3 -B $tests/../playground/contrast.py $browser"
if command -v python3 >/dev/null; then
    for page in done.html watched.html trace.html standardised.html; do
        # shellcheck disable=SC2086
        expect 0 $contrast "$page"
    done
    for change in s/--d:#a3300c/--d:#e8865c/ s/--d:#ff9a76/--d:#664433/; do
        sed "$change" trace.html >faint.html
        # shellcheck disable=SC2086
        expect 1 $contrast faint.html
        has err "'d is the gradient of the loss' has a contrast of 2."
    done
else
    echo "SKIPPED: there is no python3 here, so no contrast is measured"
fi
finish
