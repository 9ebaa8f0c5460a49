"""Value, Array, the lists, dictionaries and namespaces of a manager, shared memory."""

import multiprocessing
from multiprocessing import Array, Process, Value
from multiprocessing.shared_memory import SharedMemory

from oracle import outcome, run, say, scenario

manager = multiprocessing.Manager()


def _in_process(function, *arguments):
    process = Process(target=function, args=arguments)
    process.start()
    process.join()
    return process.exitcode


def _set_value(value):
    value.value += 5


@scenario
def value():
    value = Value("i", 7)
    say(value.value)
    value.value = 8
    say(_in_process(_set_value, value), value.value)


def _count(value, times):
    for _ in range(times):
        with value.get_lock():
            value.value += 1


@scenario
def value_is_updated_by_one_at_a_time():
    value = Value("i", 0)
    processes = [Process(target=_count, args=(value, 50)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    say(value.value)


@scenario
def value_of_nothing():
    say(Value("d").value == 0, Value("i").value)


def _square_all(array):
    for index in range(len(array)):
        array[index] *= array[index]


@scenario
def array():
    array = Array("i", [1, 2, 3])
    say(len(array), array[0], array[2], array[:])
    array[1] = 20
    say(_in_process(_square_all, array), array[:])


@scenario
def array_of_a_length():
    array = Array("i", 4)
    say(len(array), array[:])


@scenario
def array_beyond_its_end():
    array = Array("i", [1, 2, 3])
    say(outcome(lambda: array[3]), outcome(array.__setitem__, 3, 1))
    say(array[-1], outcome(lambda: array[-4]))


@scenario
def parts_of_an_array():
    array = Array("i", range(6))
    say(array[1:4], array[0:0], array[4:])


@scenario
def shared_list():
    numbers = manager.list([3, 1])
    numbers.append(2)
    numbers.extend([5, 4])
    say(len(numbers), numbers[0], numbers[-1], numbers[:])
    numbers[0] = 30
    numbers.insert(1, 9)
    say(numbers[:], numbers.pop(), numbers.pop(0), numbers[:])
    numbers.reverse()
    say(numbers[:], numbers[1:3])
    del numbers[:]
    say(numbers[:], len(numbers))


@scenario
def shared_list_beyond_its_end():
    numbers = manager.list([1])
    say(outcome(lambda: numbers[1]), outcome(lambda: numbers[-2]), outcome(numbers.__setitem__, 1, 1))
    say(outcome(numbers.pop, 5))
    say(numbers.pop(), outcome(numbers.pop))


@scenario
def insert_beyond_the_ends_of_a_list():
    numbers = manager.list([1, 2])
    numbers.insert(100, 3)
    numbers.insert(-1, 4)
    numbers.insert(-100, 5)
    say(numbers[:])


def _append(numbers, times):
    for number in range(times):
        numbers.append(number)


@scenario
def shared_list_in_processes():
    numbers = manager.list()
    processes = [Process(target=_append, args=(numbers, 10)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    say(len(numbers), sorted(numbers[:]))


@scenario
def shared_dictionary():
    ages = manager.dict({"ann": 30})
    ages["bob"] = 40
    ages.update({"ann": 31, "cid": 50})
    say(len(ages), ages["ann"], ages.get("bob"), ages.get("dan"), "cid" in ages, "dan" in ages)
    say(ages.keys(), ages.values())
    say(ages.setdefault("dan", 1), ages.setdefault("ann", 2))
    say(ages.pop("bob"), ages.popitem(), ages.keys())
    ages.clear()
    say(len(ages), ages.keys())


@scenario
def order_of_a_dictionary():
    numbers = manager.dict()
    for name in ["z", "a", "m"]:
        numbers[name] = 1
    numbers["z"] = 2
    say(numbers.keys(), numbers.values())
    del numbers["z"]
    numbers["z"] = 3
    say(numbers.keys())


@scenario
def missing_in_a_dictionary():
    numbers = manager.dict()
    say(numbers.get("x"), numbers.pop("x", None))
    say(outcome(numbers.popitem))


def _set_own(numbers, name):
    numbers[name] = len(name)


@scenario
def shared_dictionary_in_processes():
    numbers = manager.dict()
    for name in ["one", "three"]:
        say(_in_process(_set_own, numbers, name))
    say(numbers.keys(), numbers.values())


def _set_attribute(namespace):
    namespace.x = 2
    namespace.text = "from a process"


@scenario
def namespace():
    namespace = manager.Namespace()
    namespace.x = 1
    say(namespace.x, _in_process(_set_attribute, namespace), namespace.x, namespace.text)
    del namespace.x
    say(hasattr(namespace, "x"), hasattr(namespace, "text"))


def _write_memory(name):
    memory = SharedMemory(name)
    memory.buf[1] = 42
    memory.close()


@scenario
def shared_memory():
    memory = SharedMemory(create=True, size=16)
    memory.buf[0] = 7
    say(_in_process(_write_memory, memory.name), memory.buf[0], memory.buf[1], memory.buf[2])
    name = memory.name
    memory.close()
    memory.unlink()
    say(outcome(SharedMemory, name))


@scenario
def shared_memory_without_size():
    say(outcome(SharedMemory, create=True, size=0), outcome(SharedMemory, create=True, size=-1))


if __name__ == "__main__":
    run()
