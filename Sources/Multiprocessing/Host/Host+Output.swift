internal import CProcessSupport
internal import Glibc

/// What processes print, on its way to the standard output and error of the main rank.
extension Host {
    /// The descriptors that a process of this order gets for its standard output and error, and what this Host reads of them.
    ///
    /// On the main program's rank it writes where the main program does, if nobody else can get into its lines there.
    func makeOutputs(of order: ProcessOrder) throws(ProcessingError) -> (
        lent: [Int32], outputs: [ProcessOutput]
    ) {
        let isAtHome = order.mainRank == setup.rank && setup.outputForm == .plain
        let streams = [STDOUT_FILENO, STDERR_FILENO]
        if isAtHome, streams.allSatisfy({ cps_keeps_lines_whole($0) != 0 }) { return ([], []) }
        let mark = setup.outputForm.mark(of: order.name, rank: setup.rank)
        var (lent, outputs): ([Int32], [ProcessOutput]) = ([], [])
        for stream in streams {
            var pipe: [Int32] = [-1, -1]
            if isAtHome, cps_keeps_lines_whole(stream) != 0 {
                pipe[1] = fcntl(stream, F_DUPFD_CLOEXEC, 3)
            } else if cps_make_output_pipe(&pipe) == 0 {
                outputs.append(ProcessOutput(descriptor: pipe[0], stream: stream, mark: mark))
            }
            guard pipe[1] >= 0 else {
                let reason = SystemError()
                for descriptor in lent + outputs.map { $0.descriptor } { close(descriptor) }
                throw ProcessingError(.resources, "cannot make a pipe: \(reason)")
            }
            lent.append(pipe[1])
        }
        return (lent, outputs)
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
