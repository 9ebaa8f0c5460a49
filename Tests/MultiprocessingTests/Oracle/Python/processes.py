"""Process: names, exit codes, daemons, ends."""

import multiprocessing
import os
import signal
import sys
import time
from multiprocessing import Process, Queue

from oracle import Oddity, outcome, run, say, scenario, wait_for_the_end

counter = 0


def _nothing():
    pass


def _end_with(status):
    sys.exit(status)


def _fail():
    raise Oddity(1)


def _wait(ready):
    ready.put("ready")
    wait_for_the_end()


def _waiting(**named):
    """A process that has begun, and waits for its end."""
    ready = Queue()
    process = Process(target=_wait, args=(ready,), **named)
    process.start()
    ready.get()
    return process


def _tell_name(answers):
    answers.put(multiprocessing.current_process().name)


def _tell_family(answers):
    answers.put(multiprocessing.current_process().name)
    child = Process(target=_tell_name, args=(answers,))
    child.start()
    child.join()


@scenario
def default_names():
    # The first of this script, since processes are counted.
    answers = Queue()
    first, second = Process(target=_tell_family, args=(answers,)), Process(target=_nothing)
    say(first.name, second.name, Process(name="third").name, Process().name)
    first.start()
    say(answers.get(), answers.get())
    first.join()


@scenario
def given_name():
    answers = Queue()
    process = Process(target=_tell_name, args=(answers,), name="by hand")
    say(process.name)
    process.name = "changed"
    process.start()
    say(process.name, answers.get())
    process.join()
    process.name = "changed later"
    say(process.name)


@scenario
def before_start():
    process = Process(target=_nothing)
    say(process.is_alive(), process.exitcode, process.pid, process.daemon)
    say(outcome(process.join))


@scenario
def normal_end():
    process = Process(target=_nothing)
    process.start()
    process.join()
    say(process.exitcode, process.is_alive(), process.pid is not None)


@scenario
def while_it_runs():
    process = _waiting()
    say(process.is_alive(), process.exitcode)
    process.join(0)
    say(process.is_alive())
    process.join(-1)
    say(process.is_alive(), process.exitcode)
    process.join(0.01)
    say(process.is_alive(), process.exitcode)
    process.kill()
    process.join()
    say(process.is_alive())


@scenario
def exit_statuses():
    for status in [0, 1, 7, 255, 256, 263, -1]:
        process = Process(target=_end_with, args=(status,))
        process.start()
        process.join()
        say(status, process.exitcode)


@scenario
def uncaught_error():
    process = Process(target=_fail)
    process.start()
    process.join()
    say(process.exitcode)


@scenario
def terminated():
    process = _waiting()
    process.terminate()
    process.join()
    say(process.exitcode, process.is_alive())


@scenario
def killed():
    process = _waiting()
    process.kill()
    process.join()
    say(process.exitcode, process.is_alive())


def _signal_itself(number):
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    wait_for_the_end()


@scenario
def own_signals():
    for number in [signal.SIGUSR1, signal.SIGHUP, signal.SIGALRM, signal.SIGABRT]:
        process = Process(target=_signal_itself, args=(number,))
        process.start()
        process.join()
        say(process.exitcode)


@scenario
def terminated_after_the_end():
    process = Process(target=_end_with, args=(3,))
    process.start()
    process.join()
    process.terminate()
    process.kill()
    process.join()
    say(process.exitcode)


@scenario
def terminated_twice():
    process = _waiting()
    process.terminate()
    process.terminate()
    process.join()
    process.join()
    process.join(0)
    say(process.exitcode)


@scenario
def started_twice():
    process = _waiting()
    say(outcome(process.start))
    process.terminate()
    process.join()
    say(outcome(process.start), process.exitcode)


class _JoinsItself(Process):
    def __init__(self, answers):
        super().__init__()
        self.answers = answers

    def run(self):
        self.answers.put([outcome(self.join), outcome(self.start)])


@scenario
def joined_by_itself():
    answers = Queue()
    process = _JoinsItself(answers)
    process.start()
    say(answers.get())
    process.join()


def _tell_pid(answers):
    answers.put([os.getpid(), os.getppid()])


@scenario
def process_identifiers():
    answers = Queue()
    process = Process(target=_tell_pid, args=(answers,))
    process.start()
    pid, _ = answers.get()
    process.join()
    say(pid == process.pid, pid != os.getpid())


def _tell_who(answers):
    current = multiprocessing.current_process()
    answers.put([current.name, current.daemon, multiprocessing.parent_process().name])


@scenario
def who_it_is():
    current = multiprocessing.current_process()
    say(current.name, current.daemon, current.pid == os.getpid())
    answers = Queue()
    for daemon in [False, True]:
        process = Process(target=_tell_who, args=(answers,), name="who", daemon=daemon)
        process.start()
        say(answers.get())
        process.join()


def _start_a_child(answers):
    answers.put(outcome(Process(target=_nothing).start))


@scenario
def children_of_daemons():
    answers = Queue()
    for daemon in [True, False]:
        process = Process(target=_start_a_child, args=(answers,), daemon=daemon)
        process.start()
        say(daemon, answers.get())
        process.join()


@scenario
def daemon_before_start():
    process = Process(target=_nothing)
    process.daemon = True
    say(process.daemon)
    process.daemon = False
    say(process.daemon)
    process.start()
    process.join()


@scenario
def daemon_after_start():
    process = _waiting()

    def change():
        process.daemon = True

    say(outcome(change))
    say(process.daemon)
    process.terminate()
    process.join()


class _Worker(Process):
    def __init__(self, factor, answers):
        super().__init__(name="worker")
        self.factor = factor
        self.answers = answers

    def run(self):
        self.factor *= 10
        self.answers.put([self.name, self.factor])


@scenario
def subclass():
    answers = Queue()
    process = _Worker(7, answers)
    process.start()
    say(answers.get())
    process.join()
    say(process.factor, process.exitcode)


class Empty(Process):
    pass


@scenario
def default_name_of_a_subclass():
    say(Empty().name.split("-")[0])


@scenario
def subclass_without_run():
    process = Empty(name="empty")
    process.start()
    process.join()
    say(process.exitcode)


def _count(answers):
    global counter
    counter += 1
    answers.put(counter)


@scenario
def nothing_is_shared():
    answers = Queue()
    for _ in range(2):
        process = Process(target=_count, args=(answers,))
        process.start()
        say(answers.get())
        process.join()
    say(counter)


def _add(answers, one, two, three):
    answers.put([one + 1, two + "!", three])


@scenario
def arguments():
    answers = Queue()
    process = Process(target=_add, args=(answers, 41, "text", [1, 2, 3]))
    process.start()
    say(answers.get())
    process.join()


def _end_with_sum(numbers):
    sys.exit(sum(numbers))


@scenario
def many_at_once():
    processes = [Process(target=_end_with_sum, args=(range(number),)) for number in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    say([process.exitcode for process in processes])


def _start_and_join(depth, answers):
    if depth == 0:
        answers.put("deepest")
        sys.exit(5)
    child = Process(target=_start_and_join, args=(depth - 1, answers))
    child.start()
    child.join()
    sys.exit(child.exitcode + 1)


@scenario
def children_of_children():
    answers = Queue()
    process = Process(target=_start_and_join, args=(3, answers))
    process.start()
    say(answers.get())
    process.join()
    say(process.exitcode)


@scenario
def ended_while_it_has_no_work():
    process = _waiting(daemon=True)
    say(process.daemon, process.is_alive())
    process.terminate()
    process.join()
    say(process.exitcode)


@scenario
def join_does_not_wait_for_others():
    first, second = _waiting(), _waiting()
    first.kill()
    first.join()
    say(first.exitcode, second.is_alive())
    second.kill()
    second.join()
    say(second.exitcode)


if __name__ == "__main__":
    run()
