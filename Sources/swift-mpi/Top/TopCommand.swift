import ArgumentParser
import Multiprocessing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// `swift-mpi top`.
struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Shows what a running program is at: its ranks, processes, queues and pools.",
        discussion: """
            Run it in another terminal of the same user, on a machine that has ranks of the program, while the program is inside \
            withProcesses; the program needs no preparation for that, and does nothing until it is asked. Ranks on other machines are \
            asked by way of the first one.

            PROCESSES: the state is that of ps (R runs, S sleeps, T is stopped); CPU is the share of a processor since the last picture, \
            and in the first one the time used so far. SERVICES: queues, pipes, locks and the like, by the number of their rank and their own. \
            LINKS: what the ranks' Hosts have sent to each other.

            A rank that does not answer within five seconds is missing from the picture, and a line says so.
            """
    )

    @Argument(
        help:
            "The program: the number of any of its processes, or of its mpirun. Not needed if only one runs."
    )
    var pid: Int32?

    @Flag(help: "Print one picture and end. So it is as well if standard output is no terminal.")
    var once = false

    @Flag(help: "Print pictures as JSON objects, one on each line.")
    var json = false

    @Option(help: "How many seconds are between two pictures.")
    var interval = 1.0

    func validate() throws {
        guard interval >= 0.05, interval <= 86_400 else {
            throw ValidationError("--interval takes 0.05 to 86400 seconds")
        }
    }

    func run() throws {
        let observer = try Observer(choose())
        let isTerminal = isatty(STDOUT_FILENO) == 1
        var previous: JobPicture?
        while true {
            let picture: JobPicture
            do {
                picture = try observer.picture()
            } catch {
                // A program that has been looked at may well end.
                guard previous == nil else { return }
                throw error
            }
            if json {
                print(try TopCommand.json(picture))
            } else {
                let text = PictureText(picture, since: previous).text
                let isRefreshed = isTerminal && !once
                print(isRefreshed ? TopCommand.fitted(text) : text, terminator: "")
            }
            fflush(nil)
            guard !once, isTerminal || json else { return }
            previous = picture
            usleep(useconds_t(min(interval, 4000) * 1_000_000))
        }
    }

    private static func json(_ picture: JobPicture) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(picture), as: UTF8.self)
    }

    /// Text from the top of the terminal, as much as there is room for, with what was there before removed.
    private static func fitted(_ text: String) -> String {
        var window = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0 && window.ws_row > 1
        let (rows, columns) = isKnown ? (Int(window.ws_row), Int(window.ws_col)) : (24, 80)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(rows - 1)
        return "\u{1b}[H" + lines.map { $0.prefix(max(1, columns)) + "\u{1b}[K\n" }.joined() + "\u{1b}[J"
    }

    // MARK: Which program

    private func choose() throws -> ObservableProgram {
        let all = ObservableProgram.all()
        let choice = ProgramChoice(programs: all, user: geteuid()) { ProgramChoice.parent(of: $0) }
        return try choice.program(for: pid)
    }
}

/// Which of the programs that run is meant.
struct ProgramChoice {
    let programs: [ObservableProgram]
    let user: UInt32
    /// The parent of a process, if it has one.
    let parent: (Int32) -> Int32?

    struct Failure: Error, CustomStringConvertible, Equatable {
        let description: String
    }

    /// The program with that process, or the only one of the user.
    func program(for pid: Int32?) throws(Failure) -> ObservableProgram {
        guard let pid else {
            let own = programs.filter { $0.user == user }
            guard let last = own.last else {
                throw Failure(description: "no program of yours is inside withProcesses on this machine")
            }
            guard Set(own.map(\.pid)).count == 1 else {
                let numbers = own.map { "\($0.pid)" }.joined(separator: ", ")
                throw Failure(description: "several programs run; name one of them: \(numbers)")
            }
            return last
        }
        // The process may be above the rank that answers (mpirun), or below it.
        let above = ancestors(of: pid)
        let found =
            programs.last { above.contains($0.pid) } ?? programs.last { ancestors(of: $0.pid).contains(pid) }
        guard let found else {
            throw Failure(
                description:
                    "process \(pid) does not belong to a program inside withProcesses on this machine"
            )
        }
        return found
    }

    private func ancestors(of pid: Int32) -> [Int32] {
        var found = [pid]
        while let next = parent(found[found.count - 1]), next > 1, found.count < 100 { found.append(next) }
        return found
    }

    /// The parent of a process, as the system says.
    static func parent(of pid: Int32) -> Int32? {
        guard let file = fopen("/proc/\(pid)/stat", "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = fread(&bytes, 1, bytes.count, file)
        let line = String(decoding: bytes[..<count], as: UTF8.self)
        // The name is in parentheses, and may have some in it.
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ")
        return fields.count > 1 ? Int32(fields[1]) : nil
    }
}
