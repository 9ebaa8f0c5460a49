"""What the scripts of all areas have in common: how scenarios are run, and how they say what happened.

Each script prints `== name` for each of its scenarios, then the scenario's lines. The Swift side prints the same.
"""

import multiprocessing
import multiprocessing.pool
import os
import pickle
import queue
import signal
import sys
import threading

# What both sides call an error. The first class that fits counts.
ERROR_WORDS = [
    (queue.Empty, "empty"),
    (queue.Full, "full"),
    (multiprocessing.TimeoutError, "timed out"),
    (TimeoutError, "timed out"),
    (EOFError, "end of stream"),
    (multiprocessing.BufferTooShort, "buffer too short"),
    (multiprocessing.AuthenticationError, "not authenticated"),
    (threading.BrokenBarrierError, "broken barrier"),
    (multiprocessing.pool.MaybeEncodingError, "cannot travel"),
    (pickle.PicklingError, "cannot travel"),
    (FileNotFoundError, "no such thing"),
    (ConnectionRefusedError, "no such thing"),
    (LookupError, "no such thing"),
    # Misuse, and use of what is closed.
    ((ValueError, AssertionError, OSError, TypeError), "refused"),
]


class Oddity(Exception):
    """An error of the user's."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


def error_word(error):
    if isinstance(error, Oddity):
        return f"oddity {error.number}"
    for kind, word in ERROR_WORDS:
        if isinstance(error, kind):
            return word
    return f"{type(error).__name__}: {error}"


def outcome(function, *arguments, **named):
    """What a call returns, or the word for the error that it raises."""
    try:
        result = function(*arguments, **named)
    except Exception as error:
        return error_word(error)
    return "done" if result is None else result


def words(value):
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple, bytes, bytearray)):
        return "[" + ", ".join(words(element) for element in value) + "]"
    return str(value)


def say(*values):
    print(" ".join(words(value) for value in values), flush=True)


def wait_for_the_end():
    """For a process that is to be ended from outside."""
    while True:
        signal.pause()


def start(function, *arguments):
    """A process that runs a function."""
    process = multiprocessing.Process(target=function, args=arguments)
    process.start()
    return process


def in_process(function, *arguments):
    """What a function returns in a process of its own."""
    answers = multiprocessing.Queue()
    process = start(_tell, answers, function, arguments)
    answer = answers.get()
    process.join()
    return answer


def _tell(answers, function, arguments):
    answers.put(function(*arguments))


scenarios = []


def scenario(function):
    scenarios.append(function)
    return function


def run():
    # What a process says when it fails is no part of the comparison, but is shown when the comparison fails.
    for function in scenarios:
        say("==", function.__name__)
        function()
    say("==", "end")
    sys.stdout.flush()
    # What a scenario left behind on purpose, like a pool with a task that never ends, must not hold up the end.
    for process in multiprocessing.active_children():
        process.kill()
    os._exit(0)
