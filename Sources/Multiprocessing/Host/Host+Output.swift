internal import CProcessSupport
internal import Glibc

/// What processes print, on its way to the standard output and error of the main rank.
extension Host {
    /// The streams of a process of this order that this Host reads.
    ///
    /// On the main program's rank it writes where the main program does, if nobody else can get into its lines there.
    func readStreams(of order: ProcessOrder) -> [Int32] {
        let isAtHome = order.mainRank == setup.rank && setup.outputForm == .plain
        return [STDOUT_FILENO, STDERR_FILENO].filter { !isAtHome || cps_keeps_lines_whole($0) == 0 }
    }

    /// What becomes of what a process prints.
    func outputRoute(of process: HostedProcess) -> LoanDesk.OutputRoute {
        if process.outputs.isEmpty { return .direct }
        return process.order.mainRank == setup.rank ? .shownHere : .shownElsewhere
    }

    /// Takes note of a process some of whose output is to be printed here.
    func noteUnshown(_ process: HostedProcess) {
        guard !process.isOutputUnshown else { return }
        process.isOutputUnshown = true
        unshown.append(process)
    }

    /// Lets the processes know whose output was waiting to be printed, once nothing waits any more.
    func noteShown() {
        guard !unshown.isEmpty, unprinted.isEmpty, !outputPrinter.isBehind, !errorPrinter.isBehind else {
            return
        }
        for process in unshown {
            process.isOutputUnshown = false
            process.outputInHand.isSet = false
        }
        unshown = []
    }

    /// Prints what a process has written.
    ///
    /// A thread of the program leaves that to the Host's own one: it may be in the middle of a line that it prints itself.
    func printOutput(_ frame: Frame) {
        unprinted.append(frame)
        if isOwnThread { printAll() } else { isOutputBehind = true }
    }

    /// Prints what has come, in that order.
    private func printAll() {
        let frames = unprinted
        unprinted = []
        for frame in frames {
            let printer = frame.argument == 2 ? errorPrinter : outputPrinter
            frame.withBody { printer.print($0) }
            if printer.isHeldUp { isOutputBehind = true }
        }
    }

    /// Prints what the program's threads have left, and lets those who print to the same place go on as soon as nothing of it has to wait for the reader.
    ///
    /// Returns whether there was anything.
    func catchUpWithOutput() -> Bool {
        guard isOutputBehind else { return false }
        if isOwnThread { printAll() }
        guard unprinted.isEmpty, !outputPrinter.isHeldUp, !errorPrinter.isHeldUp else { return false }
        isOutputBehind = false
        releaseHeld()
        return true
    }
}
