"""Runs a program with a time limit, whatever happens to it."""

import os
import signal
import subprocess


class Outcome:
    def __init__(self, output, failure):
        self.output = output
        self.failure = failure


def run(command, environment, limit):
    """What a program printed, and, if it did not end well within `limit` seconds, why not."""
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    except OSError as error:
        return Outcome("", f"cannot be started: {error}")
    try:
        output, errors = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        output, errors = end(process)
        return Outcome(output, f"did not end within {limit} s")
    if process.returncode != 0:
        return Outcome(output, f"ended with status {process.returncode}: {last_words(errors)}")
    return Outcome(output, None)


def end(process):
    """Ends a process and all that it started: first so that a launcher can end its ranks, then without asking."""
    said = "", ""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            pass
        try:
            said = process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            continue
    return said


def last_words(errors):
    """The end of what a program said, in one line."""
    lines = [line.strip() for line in errors.splitlines() if any(letter.isalpha() for letter in line)]
    return " ".join(lines[-3:])[-200:] or "it said nothing"
