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

    /// Where what a process prints is shown.
    func outputRoute(of process: HostedProcess) -> OutputRoute {
        process.outputs.isEmpty ? .direct : .shown(onRank: Int32(process.order.mainRank))
    }

    /// Has a process know, before it is told something, if there is output that it must not get ahead of.
    func holdBackIfUnshown(_ process: HostedProcess) {
        guard unshown.isPending, outputRoute(of: process) == .shown(onRank: Int32(setup.rank)) else { return }
        unshown.hold(process.address, process.memory.outputInHand)
    }

    /// Takes note of it once everything is shown that has come to be shown here.
    func reviewUnshown() {
        guard unshown.isPending, unprinted.isEmpty, !outputPrinter.isBehind, !errorPrinter.isBehind else {
            return
        }
        unshown.noteShown()
    }

    /// Prints what a process has written.
    ///
    /// A thread of the program leaves that to the Host's own one: it may be in the middle of a line that it prints itself.
    func printOutput(_ frame: Frame) {
        unshown.note()
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
