#!/bin/bash
# viewer_test.sh OCTOVIZ: the viewer as a whole, under the X display that DISPLAY names (tools/with-display makes one).
# A real window plays, scrubs and jumps by scripts and by real keys, and what it shows equals a fresh replay; pictures of
# each view come out without a display; every mistake is one clear line and exit status 2.
set -u
octoviz=$(realpath "${1:?usage: viewer_test.sh OCTOVIZ}")
build=$(dirname "$octoviz")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
held=0 failed=0

ok() { held=$((held + 1)); }
no() { failed=$((failed + 1)); echo "not ok: $*"; }
# claim TEXT COMMAND…: the command must succeed.
claim() { local text=$1; shift; if "$@" >out 2>err; then ok; else no "$text"; sed 's/^/    /' out err; fi; }
field() { sed -n "s/^$2 //p" "$1"; }
same() { [ -n "$1" ] && [ "$1" = "$2" ]; }
differ() { [ -n "$1" ] && [ -n "$2" ] && [ "$1" != "$2" ]; }

# One line on standard error that says what it should, exit status 2, nothing on standard output, no picture.
refuses()
{
	local says=$1 status
	shift
	rm -f never.png
	"$octoviz" "$@" >out 2>err
	status=$?
	if [ $status -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -qF -- "$says" err && [ ! -s out ] && [ ! -e never.png ]; then
		ok
	else
		no "octoviz $* (exit status $status) should say: $says"
		sed 's/^/    /' err
	fi
}

# Width, height and how many different pixels a PNG holds at least: read by Python, so not by the library that wrote it.
cat >png.py <<'PYTHON'
import struct, sys, zlib
data = open(sys.argv[1], "rb").read()
assert data[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG"
at, packed = 8, b""
while at < len(data):
    size, kind = struct.unpack(">I4s", data[at:at + 8])
    body = data[at + 8:at + 8 + size]
    assert zlib.crc32(kind + body) == struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0], "bad checksum"
    if kind == b"IHDR":
        width, height, depth, color = struct.unpack(">IIBB", body[:10])
    packed += body if kind == b"IDAT" else b""
    at += 12 + size
depth_bytes = {2: 3, 6: 4}[color]
raw, stride = zlib.decompress(packed), width * depth_bytes
wanted = tuple(int(value) for value in sys.argv[2].split("x"))
assert (width, height) == wanted, f"{width}x{height}, not {sys.argv[2]}"
assert len(raw) == height * (stride + 1), "not as many bytes as pixels"
colors, before = set(), bytearray(stride)
for y in range(height * 3 // 4):
    kind, row = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
    for x in range(stride):
        left = row[x - depth_bytes] if x >= depth_bytes else 0
        corner = before[x - depth_bytes] if x >= depth_bytes else 0
        guess = abs(before[x] - corner), abs(left - corner), abs(left + before[x] - 2 * corner)
        paeth = left if guess[0] <= guess[1] and guess[0] <= guess[2] else before[x] if guess[1] <= guess[2] else corner
        row[x] = row[x] + [0, left, before[x], (left + before[x]) // 2, paeth][kind] & 255
    before = row
    # The middle of the view: neither bars nor panels.
    if y >= height // 8:
        colors.update(bytes(row[x:x + 3]) for x in range(0, width * 7 // 10 * depth_bytes, depth_bytes))
    if len(colors) >= 40:
        sys.exit()
sys.exit(f"only {len(colors)} colours: the view looks empty")
PYTHON

# ---- A trace of a real run --------------------------------------------------------------------------------------
scenario=$root/scenarios/duel/simultaneous-open-lossy.json
(cd "$root" && "$build/octosim" run --quiet --color never --trace "$work/run.trace" "$scenario") >out 2>err
[ -s run.trace ] || { cat out err; echo 'octosim wrote no trace'; exit 1; }

# ---- Pictures without a display ---------------------------------------------------------------------------------
for view in topology sequence duel; do
	for theme in dark light; do
		claim "$view in $theme as PNG" env -u DISPLAY -u SDL_VIDEODRIVER "$octoviz" run.trace --view $view --theme $theme \
			--at 1.01s --size 1024x640 --out "$view-$theme.png"
		claim "$view in $theme is not blank" python3 png.py "$view-$theme.png" 1024x640
	done
	claim "$view as SVG" env -u DISPLAY "$octoviz" run.trace --view $view --at 1.01s --size 1600x900 --out $view.svg
	claim "$view as SVG is drawn" python3 - $view.svg <<'PYTHON'
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
assert root.tag.endswith("svg") and root.get("width", "").startswith("1600"), root.attrib
assert sum(1 for element in root.iter() if element.tag.endswith(("path", "use"))) > 100, "hardly anything in it"
PYTHON
	claim "$view is the same twice" env -u DISPLAY "$octoviz" run.trace --view $view --at 1.01s --size 1024x640 --theme dark \
		--out again.png
	claim "$view is the same twice: bytes" cmp "$view-dark.png" again.png
done
claim "the views differ" sh -c '! cmp -s topology-dark.png sequence-dark.png && ! cmp -s sequence-dark.png duel-dark.png'
claim "a scenario is run and shown" env -u DISPLAY "$octoviz" "$scenario" --seed 3 --view sequence --at 1.01s --size 1024x640 \
	--out never.png
claim "a scenario is not blank" python3 png.py never.png 1024x640
claim "a range is shown" env -u DISPLAY "$octoviz" run.trace --view sequence --range 1s..1.1s --size 1024x640 --out never.png

# ---- The window by script: play, scrub back, next duel ----------------------------------------------------------
cat >walk.txt <<'SCRIPT'
state start
key Space
wait 40 frames
state played
shot played.png
key Space
drag 800 562 140 562
state scrubbed
key u
state duel
key 2
shot duel.png
key 3
wheel 2 300 300
key Right
key Right
key Left
key Shift+Right
state stepped
key End
state end
key x
key X
state drop
key Home
key q
SCRIPT
claim "the window follows a script" "$octoviz" run.trace --size 1024x640 --script walk.txt
for at in start played scrubbed duel stepped end drop; do
	claim "state $at equals a fresh replay" same "$(field $at digest)" "$(field $at replay)"
done
claim "playing passes time" test "$(field played time_ns)" -gt "$(field start time_ns)"
claim "it was playing" same "$(field played playing)" yes
claim "playing changes the state" differ "$(field start digest)" "$(field played digest)"
claim "scrubbing goes back" test "$(field scrubbed time_ns)" -lt "$(field played time_ns)"
claim "the next duel lies ahead" test "$(field duel time_ns)" -gt "$(field scrubbed time_ns)"
claim "the duel has happened there" test "$(field duel record)" -gt "$(field scrubbed record)"
claim "the window's picture is not blank" python3 png.py played.png 1024x640
# Another process that goes there at once sees the same as the one that wandered.
time=$(field stepped time_ns)
printf 'state fresh\n' >fresh.txt
claim "a fresh viewer at that time" "$octoviz" run.trace --at "$time" --script fresh.txt
claim "sees the same state" same "$(field stepped digest)" "$(field fresh digest)"
time=$(field scrubbed time_ns)
claim "a fresh viewer at the scrubbed time" "$octoviz" run.trace --at "$time" --script fresh.txt
claim "sees the same scrubbed state" same "$(field scrubbed digest)" "$(field fresh digest)"
mkdir -p second
(cd second && "$octoviz" ../run.trace --size 1024x640 --script ../walk.txt)
for file in start played scrubbed duel stepped end drop played.png duel.png; do
	claim "the script does the same twice: $file" cmp $file second/$file
done

# ---- Real keys and a real mouse ---------------------------------------------------------------------------------
if command -v xdotool >/dev/null && [ -n "${DISPLAY:-}" ]; then
	mkdir -p keys
	(cd keys && exec "$octoviz" ../run.trace --size 1024x640) >keys/out 2>keys/err &
	viewer=$!
	window=
	for _ in $(seq 100); do
		window=$(xdotool search --onlyvisible --name '^octoviz ' 2>/dev/null | head -1)
		[ -n "$window" ] && break
		sleep 0.1
	done
	if [ -z "$window" ]; then
		no 'no window appeared'
		kill $viewer 2>/dev/null
	else
		xdotool windowfocus "$window"
		sleep 0.3
		xdotool key --delay 60 u 2
		xdotool mousemove --window "$window" 300 300 click 4
		xdotool key --delay 60 e
		for _ in $(seq 50); do [ -s keys/octoviz-001.png ] && break; sleep 0.1; done
		xdotool key q
	fi
	for _ in $(seq 100); do kill -0 $viewer 2>/dev/null || break; sleep 0.1; done
	kill -0 $viewer 2>/dev/null && { no 'the key q does not end it'; kill $viewer; }
	wait $viewer
	claim "a real q ends it with status 0" test $? -eq 0
	claim "a real e saves a picture" python3 png.py keys/octoviz-001.png 1024x640
else
	no 'xdotool or DISPLAY is missing: no real key was pressed'
fi

# ---- Mistakes ---------------------------------------------------------------------------------------------------
head -c 700 /dev/urandom >noise.trace
: >empty.trace
head -c 3000 run.trace >cut.trace
printf '{"format": 1' >bad.json
printf 'key u\nfly away\n' >bad.txt
# Without a display there is nothing to show a window on: said at once, not waited for.
claim "no display is one clear line" sh -c '
	env -u DISPLAY -u WAYLAND_DISPLAY -u SDL_VIDEODRIVER timeout 20 "$0" run.trace 2>said; [ $? -eq 2 ] &&
	grep -q "there is no display to open a window on: --out FILE" said' "$octoviz"
refuses 'missing.trace' missing.trace --out never.png
refuses 'missing.json' missing.json --out never.png
refuses 'noise.trace' noise.trace --out never.png
refuses 'empty.trace' empty.trace --out never.png
refuses "$root" "$root" --out never.png
refuses 'bad.json' bad.json --out never.png
refuses '--view map: expected' run.trace --view map --out never.png
refuses '--frobnicate: no such option' run.trace --frobnicate
refuses 'name a trace or a scenario'
refuses '/nonexistent/a.png: cannot be written' run.trace --out /nonexistent/a.png
refuses '--range begins after the end' run.trace --range 3000s..3001s --out never.png
refuses 'ends in .png or .svg' run.trace --out a.gif
refuses '--seed belongs to a scenario' run.trace --seed 3 --out never.png
refuses 'bad.txt:2: expected' run.trace --script bad.txt
refuses 'cannot be read' run.trace --script missing.txt
if [ -w /dev/full ]; then
	ln -s /dev/full full.png
	refuses 'full.png: could not be written' run.trace --out full.png
fi
claim "a truncated trace opens" env -u DISPLAY "$octoviz" cut.trace --out cut.png --size 1024x640
claim "--help" "$octoviz" --help

echo "viewer: $held claims held, $failed did not"
[ $failed -eq 0 ]
