"""Barrier: who passes, who breaks it, and what mends it."""

from multiprocessing import Barrier, Queue

from oracle import Oddity, outcome, run, say, scenario, start


def _pass(barrier, told, times):
    for _ in range(times):
        told.put(outcome(barrier.wait))


@scenario
def barrier():
    barrier, told = Barrier(3), Queue()
    say(barrier.parties, barrier.n_waiting, barrier.broken)
    processes = [start(_pass, barrier, told, 1) for _ in range(3)]
    say(sorted(told.get() for _ in range(3)))
    for process in processes:
        process.join()
    say(barrier.n_waiting, barrier.broken)


@scenario
def barrier_again_and_again():
    barrier, told = Barrier(2), Queue()
    processes = [start(_pass, barrier, told, 10) for _ in range(2)]
    say(sorted(told.get() for _ in range(20)))
    for process in processes:
        process.join()


@scenario
def barrier_for_one():
    barrier = Barrier(1)
    say(barrier.wait(), barrier.wait(0))


actions = Queue()


def _note_action():
    actions.put("acted")


@scenario
def barrier_with_an_action():
    barrier, told = Barrier(2, _note_action), Queue()
    processes = [start(_pass, barrier, told, 2) for _ in range(2)]
    say(sorted(told.get() for _ in range(4)), actions.get(), actions.get())
    for process in processes:
        process.join()
    say(outcome(actions.get_nowait))


def _fail():
    raise Oddity(3)


@scenario
def barrier_with_an_action_that_fails():
    barrier, told = Barrier(2, _fail), Queue()
    processes = [start(_pass, barrier, told, 1) for _ in range(2)]
    say(sorted(told.get() for _ in range(2)))
    for process in processes:
        process.join()
    say(barrier.broken, outcome(barrier.wait))


def _await_waiting(barrier, count):
    while barrier.n_waiting < count:
        pass


@scenario
def barrier_aborted():
    barrier, told = Barrier(3), Queue()
    processes = [start(_pass, barrier, told, 1) for _ in range(2)]
    _await_waiting(barrier, 2)
    say(barrier.n_waiting, barrier.broken)
    barrier.abort()
    say([told.get() for _ in range(2)])
    for process in processes:
        process.join()
    say(barrier.broken, outcome(barrier.wait), outcome(barrier.wait, 0))


@scenario
def barrier_reset():
    barrier, told = Barrier(2), Queue()
    process = start(_pass, barrier, told, 1)
    _await_waiting(barrier, 1)
    barrier.reset()
    say(told.get())
    process.join()
    say(barrier.broken, barrier.n_waiting)
    processes = [start(_pass, barrier, told, 1) for _ in range(2)]
    say(sorted(told.get() for _ in range(2)))
    for process in processes:
        process.join()


@scenario
def barrier_mended():
    barrier, told = Barrier(2), Queue()
    barrier.abort()
    barrier.abort()
    say(barrier.broken)
    barrier.reset()
    say(barrier.broken)
    processes = [start(_pass, barrier, told, 1) for _ in range(2)]
    say(sorted(told.get() for _ in range(2)))
    for process in processes:
        process.join()


@scenario
def barrier_whose_time_is_up():
    barrier, told = Barrier(3), Queue()
    process = start(_pass, barrier, told, 1)
    _await_waiting(barrier, 1)
    say(outcome(barrier.wait, 0.01))
    say(told.get(), barrier.broken)
    process.join()
    say(outcome(Barrier(2, timeout=0.01).wait))


def _die_at(barrier):
    barrier.wait()


@scenario
def barrier_of_a_process_that_was_killed():
    barrier = Barrier(2)
    process = start(_die_at, barrier)
    _await_waiting(barrier, 1)
    process.kill()
    process.join()
    told = Queue()
    other = start(_pass, barrier, told, 1)
    say(outcome(told.get, timeout=1))
    other.kill()
    other.join()


if __name__ == "__main__":
    run()
