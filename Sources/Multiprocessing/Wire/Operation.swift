/// What a request or a notice asks of its receiver.
///
/// Receivers of one kind have numbers of their own, which begin at a multiple of a hundred; locks, semaphores, events and barriers
/// share the six hundreds, twenty for each, and what keeps a result shares the seven hundreds with a Host.
enum Operation: UInt16, Sendable {
    // To a Host.
    /// Makes a service; the body is a `ServiceOrder`, the argument is 1 if it has a `ServiceTenure`.
    case createService = 1
    case createPool
    case removeService
    /// Starts a process on the Host; the body is a `ProcessOrder`.
    case startProcess
    /// Chooses a rank and starts a process there: to the caller's own Host.
    case placeProcess
    case processStatus
    case joinProcess
    /// Sends the signal in the upper half of the argument to the process in the lower half.
    case signalProcess
    /// To any service: gives up the wait of the request with the correlation in the argument.
    case cancel

    // Between Hosts.
    /// A process has ended: the body is a `ProcessEnd`.
    case processEnded = 100
    /// What a process wrote to its standard output or error (the argument is the descriptor), for the main rank to print.
    case output
    /// A main program's block has ended; the argument is 1 if an error ended it.
    case blockEnded
    case drain
    case drained
    case stop
    case stopped
    case leave
    /// The sender's rank is there.
    case pulse
    /// The rank in the argument is lost, the body says why: from rank 0, which has decided so, or to it, from one that has noticed it. A
    /// Host tells the processes of its rank, too.
    case rankLost
    /// Something for the trace that rank 0 writes; the body is a `TraceBatch`.
    case traceEvents = 180
    /// At the beginning of `withProcesses`: a rank says what the others have to know of it; rank 0 tells all who is there.
    case presence
    case attendance

    // To a queue.
    case put = 200
    case get
    case queueState
    case closeQueue
    /// Puts several items; the body is an `ItemBatch`.
    case putBatch
    /// Takes as many items as there are, but not more than the argument says; the answer is an `ItemBatch`.
    case getBatch
    /// Takes an item that goes back if it is not finished.
    case lease
    /// The items that answered the request with the correlation in the argument have arrived.
    case acknowledge
    /// The work with the item on lease is done.
    case finishLease
    /// The item on lease goes back.
    case returnLease
    case queuePoll
    case taskDone
    /// Waits until all items are finished.
    case joinQueue
    /// The first items that answered the request with the correlation in the argument have arrived, the others go back; the
    /// body is the number of the first ones, eight bytes little-endian.
    case acknowledgeSome

    // To a pipe; the lowest bit of the argument is the end.
    case pipeSend = 300
    /// The argument is that of `PipeService.receiveArgument`.
    case pipeReceive
    case pipePoll
    case pipeReserve
    case pipeAttach
    case pipeRelease
    /// The message that answered the request with the correlation in the argument has arrived.
    case pipeAcknowledge
    /// A connection that was to be sent stays with its sender; the argument is as for `pipeReserve`.
    case pipeReturn
    /// Waits until there is room in the lane to that end.
    case pipeAwaitRoom

    // To a pool.
    /// A job, or the beginning of one; the body is a `PoolSubmission`.
    case submit = 400
    /// More chunks for the job that was submitted with the correlation in the argument.
    case extendJob
    /// Withdraws that job unless it has begun; the answer says whether it was withdrawn.
    case withdrawJob
    /// Withdraws all jobs that have not begun.
    case withdrawAll
    /// Whether the job has been handed to a worker.
    case jobState
    case closePool
    case terminatePool
    /// Nobody holds the pool any more.
    case abandonPool
    case joinPool
    case poolState
    /// A worker asks for work: it is answered with one assignment after the other.
    case workerReady = 420
    /// The results of a worker; the argument is the ticket of the assignment.
    case chunkResults
    /// A worker's initializer threw; the body is the text.
    case initializerFailed
    /// A worker's last words, sent by its Host out of its journal.
    case journal
    /// From a worker's Host: it has an address now, or there will be none; the body is the text.
    case workerStarted
    case workerNotStarted
    /// From a worker's Host: how much of an assignment is still the worker's.
    case takenBack
    /// To a worker's Host: the worker shall lose what it has not begun of an assignment.
    case takeBack

    // To a store of shared state; the body is a `StoreRequest`, the argument of a commit the update's number.
    case store = 800

    // To a lock; the argument is the owner, or the condition, or nothing.
    case acquireLock = 600
    case releaseLock
    /// Gives a number to a new condition of the lock.
    case makeCondition
    /// The body is a `ConditionCall`, as it is for `notifyCondition`.
    case waitForCondition
    case notifyCondition

    // To a semaphore.
    case acquireSemaphore = 620
    case releaseSemaphore
    case semaphoreState

    // To an event.
    case setEvent = 640
    case clearEvent
    case waitForEvent
    case eventState

    // To a barrier.
    case waitAtBarrier = 660
    /// The barrier's action is done; the argument is the generation that it was done for.
    case passBarrier
    case abortBarrier
    case resetBarrier
    case barrierState

    // To a service that keeps lanes: a queue, or a pipe.
    /// Something was written into the lane, or taken out of it, for which somebody waits; of a pipe, into the one to the end in the argument.
    case wakeLane = 860

    // To any service with a tenure: its Host sees to it.
    /// A handle leaves in what a process or a job of a pool is given; the argument is the token of its passage.
    case openPassage = 900
    /// That process or job is over, or nothing came of it.
    case closePassage
    /// A handle leaves in some other way, so the service is kept for good.
    case keep
    /// The maker of the service has no handle any more.
    case letGo

    // To a Host, about what is to be seen of a program.
    /// Half of the memory is used up in which the sender notes what it does.
    case takeRecord = 1000
    /// What there is on the rank: the body of the reply is a `RankPicture`.
    case picture
    // About lost ranks, to a Host.
    /// Which ranks are lost; the body of the reply is an array of their numbers.
    case lostRanks = 1300
    // To a queue or a pipe.
    /// What was lent to the sender and not taken goes back.
    case returnLoan = 1400
    /// To a process, from one of these: items are lent to it that it has not asked for; the body is an `ItemBatch`.
    case lend

    // To a process.
    /// The first frame to a new process: what it is and what it runs.
    case run = 500

    // To what keeps the result of a process; the argument of a delivery is a `ResultDestination.Content`.
    case deliverResult = 700
    case awaitResult
    // To a Host again.
    /// How many processors the nodes of all ranks have: the argument of the reply.
    case jobProcessorCount = 710
    /// Whoever started the process with the number in the argument knows how it ended.
    case forgetEnd

    /// Whether only Hosts, or the main programs that they serve, may ask for it: a process that sends it is not to be believed.
    var isForHostsAlone: Bool { (100..<200).contains(rawValue) }

    /// Whether it concerns how long a service lives.
    var isAboutTenure: Bool { (900..<1000).contains(rawValue) }
}

/// How a request ended; the code of a reply.
enum Outcome: UInt16, Sendable {
    case done = 0
    /// The time was up: nothing came, no room was made, nothing ended.
    case timedOut
    /// Closed by its owner; there will be no more.
    case closed
    /// The other end of the pipe is gone and everything it sent was received.
    case endOfStream
    /// No service or process of that address.
    case notFound
    /// It went wrong at the far side; the body is the text.
    case failed
    /// The task's worker was lost; the body is a `WorkerLost`.
    case workerLost
    /// The pool was terminated before the task had ended.
    case terminated
    /// The request means nothing to its receiver.
    case malformed
    /// The call makes no sense in the state that things are in; the body is the text.
    case misused
    /// The barrier is broken.
    case broken
    /// The first message is longer than the receiver takes; the argument is its size, and it stays where it is.
    case messageTooLong
    /// `withProcesses` ends, or has ended; the body is the text.
    case scopeEnded
    /// There is no way to the Host any more, or from it to the others; the body is the text.
    case hostLost
    /// To one who receives from a pipe: what it wants comes, or may come, by the lane; the argument is its ticket if it is new.
    case lookAgain
    /// The receiver's rank is lost; the body is the text.
    case rankLost = 40

    /// What is answered when an error keeps a Host from doing what it is asked; the text is the error's.
    init(_ error: ProcessingError) {
        switch error.kind {
        case .misuse: self = .misused
        case .rankLost: self = .rankLost
        default: self = .failed
        }
    }
}
