"""Says what the census of a job's ranks has found, and fails if something was left.

usage: report.py [--every-kind] FOLDER

With --every-kind it fails as well if no rank has made any object of some kind, which then has not been tried.
"""

import collections
import os
import subprocess
import sys


def places(frames):
    """Where each frame is in the sources: function and line, by file and offset."""
    found = {}
    by_file = collections.defaultdict(set)
    for file, offset in frames:
        by_file[file].add(offset)
    for file, offsets in by_file.items():
        offsets = sorted(offsets)
        command = ["addr2line", "-f", "-e", file, *offsets]
        lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
        for offset, function, line in zip(offsets, lines[::2], lines[1::2]):
            found[file, offset] = (function, line.split(" ")[0])
    return found


def way(frames, known):
    """The frames that lie in this package, innermost first."""
    here = os.getcwd() + "/"
    lines = [known.get(frame, ("?", "?")) for frame in frames]
    return [f"{place.removeprefix(here)} {function}" for function, place in lines if place.startswith(here)]


def main():
    every_kind = "--every-kind" in sys.argv
    folder = sys.argv[-1]
    made = collections.Counter()
    leaks = collections.Counter()
    words = collections.Counter()
    names = sorted(os.listdir(folder))
    for name in names:
        with open(os.path.join(folder, name), errors="replace") as file:
            for line in file.read().splitlines():
                if line.startswith("made: "):
                    count, kind = line.removeprefix("made: ").split(" ", 1)
                    made[kind] += int(count)
                elif line.startswith("leak: "):
                    what, *frames = line.removeprefix("leak: ").split("\t")
                    leaks[what.split(" on rank ")[0], tuple(zip(frames[::2], frames[1::2]))] += 1
                elif line.strip():
                    words[line.split("] ", 1)[-1]] += 1

    print(f"{len(names)} ranks have made:")
    for kind, count in made.items():
        print(f"{count:9}  {kind}")
    missing = [kind for kind, count in made.items() if count == 0] if every_kind else []
    for kind in missing:
        print(f"no rank has made any {kind}: it has not been tried")

    known = places({frame for _, frames in leaks for frame in frames})
    lines = collections.Counter()
    foreign = 0
    for (what, frames), count in leaks.items():
        through = way(frames, known)
        # Ranks in other languages take part in some jobs; what they leave is theirs.
        if through:
            lines["\n".join([what, *through])] += count
        else:
            foreign += count
    if foreign:
        print(f"{foreign} objects were left by programs in other languages, which is not looked at")
    for text, count in lines.most_common():
        print(f"left {count} times: " + text.replace("\n", "\n      from "))
    for text, count in words.most_common():
        print(f"the library said {count} times: {text}")
    if not lines and not words and names:
        print("nothing was left")
    return 1 if lines or words or missing or not names else 0


sys.exit(main())
