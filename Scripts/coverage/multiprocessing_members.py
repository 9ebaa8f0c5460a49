"""The public members of CPython's multiprocessing and of concurrent.futures with processes, by section of FromMultiprocessing.md."""

import concurrent.futures
import concurrent.futures.process
import multiprocessing
import multiprocessing.connection
import multiprocessing.managers
import multiprocessing.pool
import multiprocessing.process
import multiprocessing.queues
import multiprocessing.shared_memory
import multiprocessing.sharedctypes
import platform

name = f"multiprocessing of Python {platform.python_version()}"

# A proxy that has the members of the class that it stands for, and no others; what makes proxies.
same_as_others = {
    "AcquirerProxy", "ArrayProxy", "BarrierProxy", "BasePoolProxy", "ConditionProxy", "EventProxy", "IteratorProxy", "NamespaceProxy",
    "PoolProxy", "RebuildProxy"
}


def public(thing):
    return {member for member in dir(thing) if not member.startswith("_")}


def members():
    managers, futures = multiprocessing.managers, concurrent.futures
    synchronized = multiprocessing.Array("c", 1)
    sections = {
        "multiprocessing": set(multiprocessing.__all__),
        "Process": public(multiprocessing.process.BaseProcess),
        "Queue": public(multiprocessing.queues.Queue),
        "JoinableQueue": public(multiprocessing.queues.JoinableQueue),
        "SimpleQueue": public(multiprocessing.queues.SimpleQueue),
        "connection": set(multiprocessing.connection.__all__),
        "Connection": public(multiprocessing.connection.Connection),
        "Listener": public(multiprocessing.connection.Listener),
        "Pool": public(multiprocessing.pool.Pool),
        "AsyncResult": public(multiprocessing.pool.AsyncResult),
        "IMapIterator": public(multiprocessing.pool.IMapIterator),
        "Lock": public(multiprocessing.Lock()),
        "RLock": public(multiprocessing.RLock()),
        "Semaphore": public(multiprocessing.Semaphore()),
        "BoundedSemaphore": public(multiprocessing.BoundedSemaphore()),
        "Condition": public(multiprocessing.Condition()),
        "Event": public(multiprocessing.Event()),
        "Barrier": public(multiprocessing.Barrier(1)),
        "sharedctypes": set(multiprocessing.sharedctypes.__all__),
        "Value": public(multiprocessing.Value("i")),
        "Array": public(multiprocessing.Array("i", 1)) | public(synchronized),
        "managers": set(managers.__all__)
        | {proxy for proxy in public(managers) if proxy.endswith("Proxy") and proxy not in same_as_others}
        | {"Namespace"},
        "BaseManager": public(managers.BaseManager) | {"shutdown"},
        "SyncManager": public(managers.SyncManager) - public(managers.BaseManager),
        "ListProxy": public(managers.ListProxy),
        "DictProxy": public(managers.DictProxy),
        "ValueProxy": public(managers.ValueProxy),
        "SharedMemory": public(multiprocessing.shared_memory.SharedMemory),
        "ShareableList": public(multiprocessing.shared_memory.ShareableList),
        "SharedMemoryManager": public(managers.SharedMemoryManager) - public(managers.BaseManager),
        # Some of these are at home in other modules.
        "Other exceptions": {"Empty", "Full", "BrokenBarrierError", "MaybeEncodingError", "RemoteError"},
        "concurrent.futures": set(futures.__all__) | {"BrokenProcessPool"},
        "ProcessPoolExecutor": public(futures.ProcessPoolExecutor),
        "Future": public(futures.Future),
    }
    return sections
