"""Process: parents and children, close, what waits for an end; connection.wait."""

import multiprocessing
import os
from multiprocessing import Pipe, Process, Queue
from multiprocessing.connection import wait

from oracle import outcome, run, say, scenario, wait_for_the_end


def _nothing():
    pass


def _wait(ready):
    ready.put("ready")
    wait_for_the_end()


def _waiting(**named):
    ready = Queue()
    process = Process(target=_wait, args=(ready,), **named)
    process.start()
    ready.get()
    return process


def _end(process):
    process.kill()
    process.join()


@scenario
def active_children():
    say(len(multiprocessing.active_children()))
    first, second = _waiting(name="first"), _waiting(name="second")
    say(sorted(child.name for child in multiprocessing.active_children()))
    say(first in multiprocessing.active_children(), Process(target=_nothing) in multiprocessing.active_children())
    _end(first)
    say([child.name for child in multiprocessing.active_children()])
    _end(second)
    say(len(multiprocessing.active_children()))


def _tell_children(answers):
    answers.put([child.name for child in multiprocessing.active_children()])


@scenario
def children_of_others():
    process, answers = _waiting(), Queue()
    teller = Process(target=_tell_children, args=(answers,))
    teller.start()
    say(answers.get())
    teller.join()
    _end(process)


def _tell_parent(answers):
    parent = multiprocessing.parent_process()
    parent.join(0)
    answers.put([parent.name, parent.pid == os.getppid(), parent.is_alive()])


@scenario
def parent():
    say(multiprocessing.parent_process())
    answers = Queue()
    process = Process(target=_tell_parent, args=(answers,))
    process.start()
    say(answers.get()[0::2])
    process.join()


def _have_a_child_tell_its_parent(answers):
    child = Process(target=_tell_parent, args=(answers,))
    child.start()
    child.join()


@scenario
def parent_of_a_grandchild():
    answers = Queue()
    process = Process(target=_have_a_child_tell_its_parent, args=(answers,), name="in between")
    process.start()
    say(answers.get()[0::2])
    process.join()


@scenario
def closed_before_its_end():
    process = _waiting()
    say(outcome(process.close), process.is_alive())
    _end(process)
    say(outcome(process.close))


@scenario
def closed_after_its_end():
    process = Process(target=_nothing, name="gone")
    process.start()
    process.join()
    say(outcome(process.close), outcome(process.close), process.name)
    say(outcome(process.join), outcome(process.start), outcome(lambda: process.sentinel))


@scenario
def closed_without_a_start():
    process = Process(target=_nothing)
    say(outcome(process.close), outcome(process.start))


@scenario
def sentinel():
    process = Process(target=_nothing)
    say(outcome(lambda: process.sentinel))
    process = _waiting()
    say(wait([process.sentinel], 0) == [], wait([process.sentinel], 0.01) == [])
    process.terminate()
    say(wait([process.sentinel]) == [process.sentinel])
    process.join()
    say(wait([process.sentinel], 0) == [process.sentinel])


def _names(ready, things):
    return sorted(name for name, thing in things.items() if thing in ready)


@scenario
def wait_for_one_of_several():
    process, (left, right), (receiver, sender) = _waiting(), Pipe(), Pipe(duplex=False)
    things = {"left": left, "process": process.sentinel, "receiver": receiver}
    say(_names(wait(list(things.values()), 0), things), _names(wait(list(things.values()), 0.01), things))
    sender.send(1)
    say(_names(wait(list(things.values())), things))
    right.send(2)
    say(_names(wait(list(things.values())), things))
    say(receiver.recv(), left.recv())
    _end(process)
    say(_names(wait(list(things.values())), things))


@scenario
def wait_for_nothing():
    say(wait([], 0) == [], wait([], 0.01) == [], wait([], -1) == [])


@scenario
def wait_for_the_end_of_a_stream():
    left, right = Pipe()
    right.close()
    say(wait([left]) == [left], outcome(left.recv))


@scenario
def wait_takes_nothing():
    left, right = Pipe()
    right.send("kept")
    say(wait([left]) == [left], wait([left], 0) == [left], left.recv(), wait([left], 0) == [])


@scenario
def wait_for_what_is_closed():
    left, _ = Pipe()
    left.close()
    say(outcome(wait, [left], 0))


if __name__ == "__main__":
    run()
