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
    func printOutput(_ frame: Frame) {
        let printer = frame.argument == 2 ? errorPrinter : outputPrinter
        frame.withBody { printer.print($0) }
        if printer.isBehind { isOutputBehind = true }
    }
}
