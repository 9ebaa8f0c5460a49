"""Pool: imap, starmap, workers that are replaced."""

import os
from multiprocessing import Pool, Queue

from oracle import Oddity, outcome, run, say, scenario

gate = told = None


def _pool(*arguments):
    """A pool with queues of its own."""
    global gate, told
    gate, told = Queue(), Queue()
    return Pool(*arguments)


def _square(number):
    return number * number


def _power(base, exponent):
    return base**exponent


def _fail_at_two(number):
    if number == 2:
        raise Oddity(number)
    return number


def _wait_at_zero(number):
    if number == 0:
        gate.get()
    return number


def _wait(number):
    gate.get()
    return number


def _rest(iterator):
    """What is left, with the words for errors in their places, and the end."""
    while True:
        try:
            yield next(iterator)
        except StopIteration:
            return
        except Oddity as oddity:
            yield f"oddity {oddity.number}"


@scenario
def imap_in_order():
    with _pool(2) as pool:
        for size in [1, 3, 100]:
            say(list(pool.imap(_square, range(8), size)))
        say(list(pool.imap(_square, [])))


@scenario
def imap_gives_what_is_there():
    with _pool(2) as pool:
        results = pool.imap_unordered(_wait_at_zero, range(3))
        say(sorted(next(results) for _ in range(2)))
        gate.put("open")
        say(next(results), outcome(next, results, "end"))


@scenario
def imap_keeps_the_order():
    with _pool(2) as pool:
        results = pool.imap(_wait_at_zero, range(3))
        gate.put("open")
        say(list(results))


@scenario
def imap_unordered():
    with _pool(2) as pool:
        say(sorted(pool.imap_unordered(_square, range(10))))
        say(sorted(pool.imap_unordered(_square, range(10), 4)))


@scenario
def imap_goes_on_after_an_error():
    with _pool(2) as pool:
        say(list(_rest(pool.imap(_fail_at_two, range(5)))))
        say(sorted(map(str, _rest(pool.imap_unordered(_fail_at_two, range(5))))))


@scenario
def imap_chunk_with_an_error():
    with _pool(1) as pool:
        say(list(_rest(iter(pool.imap(_fail_at_two, range(5), 1)))))


@scenario
def imap_next_with_a_time_limit():
    with _pool(1) as pool:
        results = pool.imap(_wait, range(2))
        say(outcome(results.next, 0.01), outcome(results.next, 0))
        gate.put("open")
        say(results.next(60))
        gate.put("open")
        say(results.next(60))


@scenario
def imap_chunk_size_below_one():
    with _pool(1) as pool:
        say(outcome(pool.imap, _square, [1], 0), outcome(pool.imap_unordered, _square, [1], -1))


@scenario
def imap_after_close():
    pool = _pool(1)
    pool.close()
    say(outcome(pool.imap, _square, [1]))
    pool.join()


@scenario
def starmap():
    with _pool(2) as pool:
        say(pool.starmap(_power, [(2, 3), (3, 2), (5, 0)]), pool.starmap(_power, []))
        say(pool.starmap(_power, [(2, number) for number in range(10)], 3))
        say(pool.starmap_async(_power, [(2, 4)]).get())


@scenario
def starmap_callback():
    entries = []
    with _pool(1) as pool:
        say(pool.starmap_async(_power, [(2, 4), (2, 5)], callback=entries.append).get(), entries)


def _pid(number):
    return os.getpid()


@scenario
def worker_for_one_task_each():
    with _pool(1, None, (), 1) as pool:
        say(len({pool.apply(_pid, (number,)) for number in range(3)}))


@scenario
def worker_for_two_tasks_each():
    with _pool(1, None, (), 2) as pool:
        pids = [pool.apply(_pid, (number,)) for number in range(4)]
        say(pids[0] == pids[1], pids[1] == pids[2], pids[2] == pids[3])


@scenario
def worker_for_one_chunk_each():
    with _pool(1, None, (), 1) as pool:
        pids = pool.map(_pid, range(6), 3)
        say([pid == pids[0] for pid in pids])


@scenario
def worker_for_no_task():
    say(outcome(Pool, 1, None, (), 0))


if __name__ == "__main__":
    run()
