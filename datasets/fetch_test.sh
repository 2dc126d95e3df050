#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests datasets/fetch against a server on this machine: good and wrong sums, interrupted, resumed
# and missing files, with curl and with wget. Exits with 77 (skipped) without python3 or curl.
set -eu

for tool in python3 curl; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "skipped: no $tool"
        exit 77
    fi
done

fetch=$(cd "$(dirname "$0")" && pwd)/fetch
work=$(mktemp -d)
server=
cleanup() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

mkdir "$work/www"
python3 -c 'import sys; sys.stdout.buffer.write(bytes(i * i % 251 for i in range(300000)))' \
    >"$work/www/good"
sum=$(python3 -c 'import hashlib, sys
print(hashlib.md5(open(sys.argv[1], "rb").read()).hexdigest())' "$work/www/good")

# Python's own server cannot continue a download; this one can, and it cuts the first download of
# every address under /cut/ off in the middle. Under /plain/ it knows of no ranges.
cat >"$work/server.py" <<'END'
import http.server, os, sys

os.chdir(sys.argv[1])
seen = set()

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.rsplit("/", 1)[-1]
        ask = self.headers.get("Range")
        with open("../log", "a") as log:
            log.write(f"{self.path} {ask}\n")
        if not os.path.exists(name):
            self.send_error(404)
            return
        data = open(name, "rb").read()
        start = 0
        if ask and not self.path.startswith("/plain/"):
            start = int(ask.split("=")[1].split("-")[0])
            if start >= len(data):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        cut = self.path.startswith("/cut/") and self.path not in seen
        seen.add(self.path)
        self.wfile.write(data[start:len(data) // 2] if cut else data[start:])

    def log_message(self, *ignored):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open("../port.part", "w") as port:
    port.write(str(server.server_port))
os.rename("../port.part", "../port")
server.serve_forever()
END
python3 "$work/server.py" "$work/www" &
server=$!
tries=0
while [ ! -f "$work/port" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 20 ]; then
        echo "not ok: the server does not start"
        exit 1
    fi
    sleep 1
done
base=http://127.0.0.1:$(cat "$work/port")
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY || true

count=0
ok() {
    count=$((count + 1))
    echo "ok $count - $tool: $1"
}
not_ok() {
    echo "not ok - $tool: $1"
    cat "$work/err"
    exit 1
}

# expect STATUS WHAT ADDRESS MD5 FILE
expect() {
    status=0
    "$fetch" --file "$base$3" "$4" "$5" 2>"$work/err" || status=$?
    [ "$status" -eq "$1" ] || not_ok "$2: exit code $status instead of $1"
}
same() {
    cmp -s "$work/www/good" "$1" || not_ok "$2: the file is not right"
    [ ! -e "$1.part" ] || not_ok "$2: the part file is still there"
    ok "$2"
}
absent() {
    for file in "$@"; do
        [ ! -e "$file" ] || not_ok "$file should not be there"
    done
}

run_all() {
    dir=$work/$tool
    mkdir "$dir"

    expect 0 "right sum" /good "$sum" "$dir/a"
    same "$dir/a" "right sum"

    : >"$work/log"
    expect 0 "second call" /good "$sum" "$dir/a"
    [ ! -s "$work/log" ] || not_ok "second call: downloaded again"
    same "$dir/a" "second call downloads nothing"

    wrong=00000000000000000000000000000000
    expect 1 "wrong sum" /good "$wrong" "$dir/b"
    absent "$dir/b" "$dir/b.part"
    grep -q "$wrong" "$work/err" || not_ok "wrong sum: the expected sum is not named"
    grep -q "$sum" "$work/err" || not_ok "wrong sum: the real sum is not named"
    ok "wrong sum is refused, both sums are named"

    head -c 100000 "$work/www/good" >"$dir/c.part"
    : >"$work/log"
    expect 0 "resumed" /good "$sum" "$dir/c"
    grep -q 'bytes=100000-' "$work/log" || not_ok "resumed: did not ask for the rest only"
    same "$dir/c" "an interrupted download is continued"

    head -c 100000 "$work/www/good" >"$dir/d.part"
    expect 0 "no ranges" /plain/good "$sum" "$dir/d"
    same "$dir/d" "a server without ranges: starts anew"

    { cat "$work/www/good" && echo more; } >"$dir/e.part"
    expect_long
    absent "$dir/f.part"

    expect 1 "missing" /nothing "$sum" "$dir/f"
    absent "$dir/f" "$dir/f.part"
    ok "a missing file is reported and leaves nothing"

    cp "$work/www/good" "$dir/g.part"
    : >"$work/log"
    expect 0 "whole part" /good "$sum" "$dir/g"
    [ ! -s "$work/log" ] || not_ok "whole part: downloaded again"
    same "$dir/g" "a part file that is whole is only renamed"
}

# A part longer than the file: curl is refused by the server and starts anew; wget takes it for
# done, so that the sum is wrong, the part goes, and the next call succeeds.
expect_long() {
    status=0
    "$fetch" --file "$base/good" "$sum" "$dir/e" 2>"$work/err" || status=$?
    if [ "$status" -ne 0 ]; then
        absent "$dir/e" "$dir/e.part"
        expect 0 "too long" /good "$sum" "$dir/e"
    fi
    same "$dir/e" "a part file that is too long does not stay in the way"
}

tool=curl
run_all
# curl gives up at once when the server hangs up, and keeps the part; wget tries again by itself.
expect 1 "cut off" "/cut/good" "$sum" "$dir/h"
absent "$dir/h"
[ -s "$dir/h.part" ] || not_ok "cut off: the part was not kept"
ok "a download that breaks off keeps its part and no file"
expect 0 "cut off, again" "/cut/good" "$sum" "$dir/h"
same "$dir/h" "the next call completes it"

if command -v wget >/dev/null 2>&1; then
    mkdir "$work/bin"
    for name in sh cat cut dirname md5sum md5 mkdir mv rm wget; do
        path=$(command -v "$name" || true)
        [ -z "$path" ] || ln -s "$path" "$work/bin/$name"
    done
    fetch_real=$fetch
    cat >"$work/fetch" <<END
#!/bin/sh
PATH="$work/bin" exec "$work/bin/sh" "$fetch_real" "\$@"
END
    chmod +x "$work/fetch"
    fetch=$work/fetch
    tool=wget
    run_all
    fetch=$fetch_real
fi

tool=usage
for arguments in "" "nothing-like-that" "mnist a b" "--file a b"; do
    status=0
    # shellcheck disable=SC2086 # several arguments on purpose
    "$fetch" $arguments 2>"$work/err" || status=$?
    [ "$status" -eq 2 ] || not_ok "fetch $arguments: exit code $status instead of 2"
done
"$fetch" --help >"$work/out" 2>"$work/err" || not_ok "--help fails"
grep -q mnist "$work/out" || not_ok "--help says nothing"
ok "usage errors exit with 2, --help with 0"
echo "1..$count"
