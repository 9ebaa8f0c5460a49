"""Pool: order, chunks, errors, callbacks, ends."""

import multiprocessing
import os
import signal
from multiprocessing import Pool, Process, Queue

from oracle import Oddity, outcome, run, say, scenario

# What a task finds where it runs: workers are forked, so what is there before the pool is made is there in them.
gate = told = None


def _pool(*arguments):
    """A pool with queues of its own: a worker that is ended while it waits for an item leaves its queue locked."""
    global gate, told
    gate, told = Queue(), Queue()
    return Pool(*arguments)


def _square(number):
    return number * number


def _power(base, exponent):
    return base**exponent


def _fail_from(limit, number):
    if number >= limit:
        raise Oddity(number)
    return number


def _fail_from_two(number):
    return _fail_from(2, number)


def _fail_always():
    raise Oddity(9)


def _tell_and_wait(number):
    told.put(number)
    gate.get()
    return number


def _wait_for_the_gate():
    return gate.get()


def _open(count):
    for _ in range(count):
        gate.put("open")


@scenario
def map_in_order():
    with _pool(3) as pool:
        say(pool.map(_square, range(20)))
        say(pool.map(_square, [3, 1, 2]), pool.map(_square, []), pool.map(_square, iter(range(3))))


@scenario
def chunks_given():
    with _pool(2) as pool:
        for size in [1, 2, 7, 100]:
            say(pool.map(_square, range(8), size))


def _say_beginnings(processes, count, size=None):
    """Says with which inputs the workers begin: each has one chunk, and waits in its first task."""
    with _pool(processes, None, (), 1) as pool:
        result = pool.map_async(_tell_and_wait, range(count), size)
        say(sorted(told.get() for _ in range(processes)))
        _open(count)
        say(result.get() == list(range(count)))


@scenario
def chunk_size_of_10_for_4():
    _say_beginnings(4, 10)


@scenario
def chunk_size_of_100_for_4():
    _say_beginnings(4, 100)


@scenario
def chunk_size_of_1000_for_4():
    _say_beginnings(4, 1000)


@scenario
def chunk_size_of_17_for_2():
    _say_beginnings(2, 17)


@scenario
def chunk_size_given():
    _say_beginnings(2, 20, 6)


@scenario
def chunk_size_below_one():
    with _pool(1) as pool:
        say(outcome(pool.map, _square, [1, 2], 0))


@scenario
def apply():
    with _pool(2) as pool:
        say(pool.apply(_square, (12,)), pool.apply(_power, (2, 10)))
        results = [pool.apply_async(_square, (number,)) for number in range(10)]
        say([result.get() for result in results])


@scenario
def error_of_a_call():
    with _pool(2) as pool:
        say(outcome(pool.apply, _fail_always))
        result = pool.apply_async(_fail_always)
        result.wait()
        say(result.ready(), result.successful(), outcome(result.get), outcome(result.get))
        say(pool.apply(_square, (3,)))


@scenario
def error_of_a_map():
    with _pool(1) as pool:
        say(outcome(pool.map, _fail_from_two, range(5), 1))
        say(outcome(pool.map, _fail_from_two, range(2), 1))


def _note_or_fail(number):
    if number == 1:
        raise Oddity(number)
    told.put(number)
    return number


@scenario
def others_go_on_after_an_error():
    with _pool(2) as pool:
        say(outcome(pool.map, _note_or_fail, range(6), 1))
        say(sorted(told.get() for _ in range(5)))


@scenario
def rest_of_a_chunk_after_an_error():
    with _pool(1) as pool:
        say(outcome(pool.map, _note_or_fail, range(4), 4))
        told.put("end")
        say(list(iter(told.get, "end")))


@scenario
def callbacks_of_a_call():
    entries = []
    with _pool(2) as pool:
        note, note_error = lambda value: entries.append(["value", value]), lambda error: entries.append(["error", error.number])
        say(pool.apply_async(_square, (5,), callback=note, error_callback=note_error).get(), entries)
        say(outcome(pool.apply_async(_fail_always, callback=note, error_callback=note_error).get), entries)
        say(pool.apply_async(_square, (6,), error_callback=note_error).get(), entries)
        say(outcome(pool.apply_async(_fail_always, callback=note).get), entries)


@scenario
def callbacks_of_a_map():
    entries = []
    with _pool(2) as pool:
        note, note_error = lambda value: entries.append(["value", value]), lambda error: entries.append(["error", error.number])
        say(pool.map_async(_square, range(6), callback=note, error_callback=note_error).get(), entries)
        say(outcome(pool.map_async(_fail_from_two, range(1, 3), 1, note, note_error).get), len(entries))
        say(pool.map_async(_square, [], callback=note).get())


@scenario
def result_before_it_is_there():
    with _pool(1) as pool:
        result = pool.apply_async(_wait_for_the_gate)
        say(result.ready(), outcome(result.successful), outcome(result.get, timeout=0.01), outcome(result.get, timeout=0))
        result.wait(0.01)
        say(result.ready())
        _open(1)
        say(result.get(timeout=60), result.ready(), result.successful(), result.get(timeout=0))


@scenario
def use_after_close():
    pool = _pool(1)
    pool.close()
    say(outcome(pool.apply, _square, (1,)), outcome(pool.map, _square, [1]))
    say(outcome(pool.apply_async, _square, (1,)), outcome(pool.map_async, _square, [1]))
    say(
        outcome(pool.starmap, pow, [(1, 2)]),
        outcome(pool.starmap_async, pow, [(1, 2)]),
        outcome(pool.imap, _square, [1]),
        outcome(pool.imap_unordered, _square, [1]),
    )
    say(outcome(pool.close))
    pool.join()
    say(outcome(pool.join), outcome(pool.close))
    say(outcome(pool.apply, _square, (1,)))


@scenario
def join_before_close():
    pool = _pool(1)
    say(outcome(pool.join))
    pool.close()
    say(outcome(pool.join))


@scenario
def close_lets_work_finish():
    pool = _pool(1)
    results = [pool.apply_async(_wait_for_the_gate) for _ in range(3)]
    pool.close()
    say([result.ready() for result in results])
    _open(3)
    pool.join()
    say([result.get(timeout=60) for result in results])


@scenario
def use_after_terminate():
    pool = _pool(1)
    pool.terminate()
    say(outcome(pool.apply, _square, (1,)), outcome(pool.apply_async, _square, (1,)), outcome(pool.imap, _square, [1]))
    say(outcome(pool.join), outcome(pool.terminate), outcome(pool.close))


@scenario
def terminate_with_work_running():
    pool = _pool(1)
    running, waiting = pool.apply_async(_tell_and_wait, (1,)), pool.apply_async(_square, (2,))
    told.get()
    pool.terminate()
    pool.join()
    say(outcome(running.get, timeout=1), outcome(waiting.get, timeout=1))


@scenario
def without_processes():
    say(outcome(Pool, 0), outcome(Pool, -1))


def _make_a_pool():
    return outcome(Pool, 1)


def _start_a_process():
    return outcome(Process(target=_square, args=(1,)).start)


def _is_daemon():
    return multiprocessing.current_process().daemon


@scenario
def workers_are_daemons():
    with _pool(1) as pool:
        say(pool.apply(_is_daemon), pool.apply(_make_a_pool), pool.apply(_start_a_process))


factor = 0


def _set_factor(number):
    global factor
    factor += number


def _multiply(number):
    return number * factor


@scenario
def initializer():
    with _pool(2, _set_factor, (10,)) as pool:
        say(pool.map(_multiply, range(8), 1))
    say(factor)


def _count_calls():
    global factor
    factor += 1
    return factor


@scenario
def state_of_a_worker():
    with _pool(1) as pool:
        say([pool.apply(_count_calls) for _ in range(3)])
    say(factor)


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


def _exit():
    os._exit(4)


@scenario
def worker_is_killed():
    with _pool(1) as pool:
        say(outcome(pool.apply_async(_die).get, timeout=1))
        # The next worker takes its place.
        say(pool.apply(_square, (4,)))


@scenario
def worker_exits():
    with _pool(1) as pool:
        say(outcome(pool.apply_async(_exit).get, timeout=1))
        say(pool.apply(_square, (4,)))


class _DoesNotLeave:
    def __reduce__(self):
        raise Oddity(5)


def _return_what_cannot_travel():
    return _DoesNotLeave()


@scenario
def result_that_cannot_travel():
    with _pool(1) as pool:
        say(outcome(pool.apply, _return_what_cannot_travel))
        say(pool.apply(_square, (4,)))


@scenario
def input_that_cannot_travel():
    with _pool(1) as pool:
        say(outcome(pool.map, _square, [_DoesNotLeave()]))
        say(pool.apply(_square, (4,)))


@scenario
def closure():
    base = 20
    with _pool(1) as pool:
        try:
            say(pool.apply(lambda: base + 1))
        except Exception:
            say("cannot travel")


@scenario
def two_pools_at_once():
    with _pool(1) as first, Pool(1) as second:
        result = first.apply_async(_wait_for_the_gate)
        say(second.apply(_square, (7,)))
        _open(1)
        say(result.get())


@scenario
def several_maps_at_once():
    with _pool(2) as pool:
        results = [pool.map_async(_square, range(count)) for count in [5, 0, 3]]
        say([result.get() for result in results])


@scenario
def large_inputs_and_results():
    with _pool(2) as pool:
        say([len(text) for text in pool.map(_repeat, [1, 1_000_000, 0], 1)])
        say(pool.map(len, ["x" * 1_000_000, "y"], 1))


def _repeat(count):
    return "x" * count


if __name__ == "__main__":
    run()
