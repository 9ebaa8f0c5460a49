"""Lock, RLock, Semaphore, Condition, Event: who gets what, who waits, what is refused."""

from multiprocessing import BoundedSemaphore, Condition, Event, Lock, Queue, RLock, Semaphore

from oracle import in_process, outcome, run, say, scenario, start, wait_for_the_end


def _try_to_acquire(lock):
    return lock.acquire(timeout=0.01)


def _try_to_release(lock):
    return outcome(lock.release)


@scenario
def lock():
    lock = Lock()
    say(lock.acquire(), lock.acquire(False), lock.acquire(timeout=0.01), lock.acquire(timeout=-1))
    say(outcome(lock.release), outcome(lock.release))
    say(lock.acquire(False), outcome(lock.release))


@scenario
def lock_in_two_processes():
    lock = Lock()
    lock.acquire()
    say(in_process(_try_to_acquire, lock))
    lock.release()
    say(in_process(_acquire_and_release, lock))


def _acquire_and_release(lock):
    return [lock.acquire(), outcome(lock.release)]


@scenario
def lock_released_by_another_process():
    lock = Lock()
    lock.acquire()
    say(in_process(_try_to_release, lock))
    say(lock.acquire(False), outcome(lock.release))


def _count(lock, counter, times):
    for _ in range(times):
        with lock:
            counter.put(counter.get() + 1)


@scenario
def lock_excludes():
    lock, counter = Lock(), Queue()
    counter.put(0)
    processes = [start(_count, lock, counter, 10) for _ in range(3)]
    for process in processes:
        process.join()
    say(counter.get())


def _hold_and_wait(lock, told):
    lock.acquire()
    told.put("held")
    wait_for_the_end()


@scenario
def lock_of_a_process_that_was_killed():
    lock, told = Lock(), Queue()
    process = start(_hold_and_wait, lock, told)
    say(told.get(), lock.acquire(False))
    process.kill()
    process.join()
    say(lock.acquire(timeout=1))


@scenario
def lock_as_a_block():
    lock = Lock()
    with lock:
        say(lock.acquire(False))
    say(lock.acquire(False))
    lock.release()


@scenario
def reentrant_lock():
    lock = RLock()
    say(lock.acquire(), lock.acquire(), lock.acquire(False))
    say(in_process(_try_to_acquire, lock))
    lock.release()
    lock.release()
    say(in_process(_try_to_acquire, lock))
    lock.release()
    say(outcome(lock.release))
    say(in_process(_acquire_and_release, lock))


@scenario
def reentrant_lock_released_by_another_process():
    lock = RLock()
    say(in_process(_try_to_release, lock))
    lock.acquire()
    say(in_process(_try_to_release, lock))
    say(outcome(lock.release))


@scenario
def semaphore():
    semaphore = Semaphore(2)
    say(semaphore.get_value(), semaphore.acquire(), semaphore.acquire(), semaphore.get_value())
    say(semaphore.acquire(False), semaphore.acquire(timeout=0.01), semaphore.acquire(timeout=-1))
    semaphore.release()
    say(semaphore.get_value(), semaphore.acquire(False))
    for _ in range(4):
        semaphore.release()
    say(semaphore.get_value())


@scenario
def semaphore_of_nothing():
    semaphore = Semaphore(0)
    say(semaphore.acquire(False))
    say(in_process(_try_to_release, semaphore))
    say(semaphore.acquire(), semaphore.get_value())
    say(outcome(Semaphore, -1))


@scenario
def bounded_semaphore():
    semaphore = BoundedSemaphore(2)
    say(outcome(semaphore.release))
    say(semaphore.acquire(), semaphore.get_value(), in_process(_try_to_release, semaphore))
    say(outcome(semaphore.release), semaphore.get_value())


@scenario
def semaphore_by_default():
    say(Semaphore().get_value(), BoundedSemaphore().get_value())


@scenario
def event():
    event = Event()
    say(event.is_set(), event.wait(0.01), event.wait(0), event.wait(-1))
    event.set()
    say(event.is_set(), event.wait(), event.wait(0))
    event.set()
    event.clear()
    say(event.is_set(), event.wait(0))
    event.clear()
    say(event.is_set())


def _wait_for(event, told):
    told.put("waits")
    told.put(event.wait())


@scenario
def event_for_several():
    event, told = Event(), Queue()
    processes = [start(_wait_for, event, told) for _ in range(3)]
    say([told.get() for _ in processes])
    event.set()
    say([told.get() for _ in processes])
    for process in processes:
        process.join()
    say(in_process(event.is_set))


@scenario
def condition_without_its_lock():
    condition = Condition()
    say(outcome(condition.wait, 0), outcome(condition.notify), outcome(condition.notify_all))
    say(outcome(condition.release))


@scenario
def condition_whose_time_is_up():
    condition = Condition()
    with condition:
        say(condition.wait(0.01), condition.wait(0))
        say(condition.wait_for(lambda: False, 0.01), condition.wait_for(lambda: True, 0), condition.wait_for(lambda: True))
    # The lock is free again.
    say(in_process(_acquire_and_release, condition))


@scenario
def condition_with_nobody_waiting():
    condition = Condition(Lock())
    with condition:
        say(outcome(condition.notify), outcome(condition.notify_all), outcome(condition.notify, 5))
        # Word for nobody is not kept for later.
        say(condition.wait(0.01))


def _wait_at(condition, told):
    with condition:
        told.put("waits")
        told.put(condition.wait())


def _waiting_at(condition, told, count):
    processes = [start(_wait_at, condition, told) for _ in range(count)]
    say([told.get() for _ in processes])
    # Whoever has said that it waits has let go of the lock only by waiting.
    return processes


@scenario
def condition_notifies_as_many_as_it_says():
    condition, told = Condition(), Queue()
    processes = _waiting_at(condition, told, 4)
    with condition:
        condition.notify(2)
    say([told.get() for _ in range(2)])
    with condition:
        condition.notify()
    say(told.get())
    with condition:
        say(sum(process.is_alive() for process in processes) >= 1)
        condition.notify_all()
    say(told.get())
    for process in processes:
        process.join()
    say([process.exitcode for process in processes])


@scenario
def condition_notifies_all():
    condition, told = Condition(Lock()), Queue()
    processes = _waiting_at(condition, told, 3)
    with condition:
        condition.notify_all()
    say([told.get() for _ in processes])
    for process in processes:
        process.join()


@scenario
def condition_notifies_more_than_there_are():
    condition, told = Condition(), Queue()
    processes = _waiting_at(condition, told, 2)
    with condition:
        condition.notify(10)
    say([told.get() for _ in processes])
    for process in processes:
        process.join()


def _wait_until_empty(condition, items, told):
    with condition:
        told.put(condition.wait_for(items.empty))


@scenario
def condition_waits_for_something():
    condition, items, told = Condition(), Queue(), Queue()
    items.put(1)
    while items.empty():
        pass
    process = start(_wait_until_empty, condition, items, told)
    with condition:
        items.get()
        condition.notify_all()
    say(told.get())
    process.join()


@scenario
def condition_in_a_reentrant_lock():
    condition, told = Condition(RLock()), Queue()
    condition.acquire()
    condition.acquire()
    process = start(_notify, condition)
    # Waiting lets go of the lock however often it was acquired, and acquires it as often again.
    say(condition.wait())
    condition.release()
    say(in_process(_try_to_acquire, condition))
    condition.release()
    process.join()
    say(outcome(condition.release))


def _notify(condition):
    with condition:
        condition.notify()


if __name__ == "__main__":
    run()
