"""Listener and Client: greetings, keys, ends."""

import os
import tempfile
from multiprocessing import Process, Queue
from multiprocessing.connection import Client, Listener

from oracle import outcome, run, say, scenario

KEY = b"the key"


def _connecting(address, key, action):
    """A process that connects and does something, and the queue in which it says what came of it."""
    answers = Queue()
    process = Process(target=_connect, args=(address, key, action, answers))
    process.start()
    return process, answers


def _connect(address, key, action, answers):
    try:
        connection = Client(address, authkey=key)
    except Exception as error:

        def fail():
            raise error

        answers.put(outcome(fail))
        return
    with connection:
        answers.put(action(connection))


def _greet(connection):
    connection.send("hello")
    return connection.recv()


def _answer(listener):
    with listener.accept() as connection:
        greeting = connection.recv()
        connection.send(greeting + " yourself")
    return greeting


@scenario
def over_a_port():
    with Listener(("localhost", 0), authkey=KEY) as listener:
        process, answers = _connecting(listener.address, KEY, _greet)
        say(_answer(listener), answers.get())
        process.join()
        say(listener.last_accepted is not None)


@scenario
def over_a_file():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        with Listener(path, authkey=KEY) as listener:
            say(os.path.exists(path))
            process, answers = _connecting(path, KEY, _greet)
            say(_answer(listener), answers.get())
            process.join()
        say(os.path.exists(path))


@scenario
def without_a_key():
    with Listener(("localhost", 0)) as listener:
        process, answers = _connecting(listener.address, None, _greet)
        say(_answer(listener), answers.get())
        process.join()


@scenario
def with_another_key():
    with Listener(("localhost", 0), authkey=KEY) as listener:
        process, answers = _connecting(listener.address, b"another", _greet)
        say(outcome(listener.accept), answers.get())
        process.join()
        # The next one is welcome.
        process, answers = _connecting(listener.address, KEY, _greet)
        say(_answer(listener), answers.get())
        process.join()


@scenario
def where_nobody_listens():
    say(outcome(Client, "/no/such/socket", authkey=KEY))
    with Listener(("localhost", 0), authkey=KEY) as listener:
        address = listener.address
    say(outcome(Client, address, authkey=KEY))


@scenario
def after_close():
    listener = Listener(("localhost", 0), authkey=KEY)
    say(listener.last_accepted)
    say(outcome(listener.close), outcome(listener.close), outcome(listener.accept))


def _nothing(connection):
    return "nothing"


@scenario
def end_of_a_connection():
    with Listener(("localhost", 0), authkey=KEY) as listener:
        process, answers = _connecting(listener.address, KEY, _nothing)
        connection = listener.accept()
        say(answers.get(), outcome(connection.recv), connection.poll())
        connection.close()
        say(connection.closed, outcome(connection.recv), outcome(connection.send, "x"), outcome(connection.close))
        process.join()


def _send_bytes(connection):
    connection.send_bytes(b"abc")
    connection.send_bytes(b"")
    return len(connection.recv_bytes())


@scenario
def bytes_of_a_connection():
    with Listener(("localhost", 0), authkey=KEY) as listener:
        process, answers = _connecting(listener.address, KEY, _send_bytes)
        with listener.accept() as connection:
            say(connection.recv_bytes(), connection.recv_bytes())
            connection.send_bytes(bytes(500_000))
            say(answers.get())
        process.join()


def _hold(connection):
    connection.send("one")
    return connection.recv()


@scenario
def several_connections():
    with Listener(("localhost", 0), backlog=5, authkey=KEY) as listener:
        clients = [_connecting(listener.address, KEY, _hold) for _ in range(3)]
        connections = [listener.accept() for _ in clients]
        say([connection.recv() for connection in connections])
        for connection in connections:
            connection.send("all are there")
        say([answers.get() for _, answers in clients])
        for process, _ in clients:
            process.join()


@scenario
def address_in_use():
    with Listener(("localhost", 0), authkey=KEY) as listener:
        say(outcome(Listener, listener.address, authkey=KEY))


if __name__ == "__main__":
    run()
