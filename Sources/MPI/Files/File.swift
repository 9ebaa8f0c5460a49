internal import Synchronization

/// How a file is opened.
public struct FileMode: OptionSet, Sendable, Hashable {
    /// The bits, as this library numbers them.
    public let rawValue: Int

    /// Makes a set of modes.
    ///
    /// - Parameter rawValue: The bits, as this library numbers them.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// It is made if it does not exist: `MPI_MODE_CREATE`.
    public static let create = FileMode(rawValue: 1)
    /// It is only read: `MPI_MODE_RDONLY`.
    public static let readOnly = FileMode(rawValue: 2)
    /// It is only written: `MPI_MODE_WRONLY`.
    public static let writeOnly = FileMode(rawValue: 4)
    /// It is read and written: `MPI_MODE_RDWR`.
    public static let readWrite = FileMode(rawValue: 8)
    /// It is deleted when it is closed: `MPI_MODE_DELETE_ON_CLOSE`.
    public static let deleteOnClose = FileMode(rawValue: 16)
    /// Nobody else opens it meanwhile: `MPI_MODE_UNIQUE_OPEN`.
    public static let uniqueOpen = FileMode(rawValue: 32)
    /// It must not exist before: `MPI_MODE_EXCL`.
    public static let exclusive = FileMode(rawValue: 64)
    /// All pointers begin at its end: `MPI_MODE_APPEND`.
    public static let append = FileMode(rawValue: 128)
    /// It is read or written from the beginning to the end only: `MPI_MODE_SEQUENTIAL`.
    public static let sequential = FileMode(rawValue: 256)
}

/// Where in a file something is read or written.
///
/// Places are counted in elements of the view; without a view, in bytes.
public enum FilePlace: Sendable, Hashable {
    /// There, and no pointer moves.
    case offset(Int)

    /// At the pointer of this rank, which moves on.
    case own

    /// At the pointer that all ranks share, which moves on. If all do it together they follow one another in the order of the ranks.
    case shared
}

/// A file that all ranks of a communicator read and write together.
///
/// ```swift
/// try world.withFile("results", [.create, .writeOnly]) { file in
///     let place = FilePlace.offset(world.rank * numbers.count * 8)
///     try file.write(numbers.span, at: place, collectively: true)
/// }
/// ```
/// MPI 3.1 chapter 13
public final class File: Sendable {
    private let holder: Mutex<RawFile?>
    private let isOwned: Bool

    /// The name that it was opened by.
    public let path: String

    /// The ranks that have opened it.
    public let communicator: Communicator

    init(_ raw: RawFile, _ path: String, _ communicator: Communicator, isOwned: Bool = true) {
        holder = Mutex(raw)
        self.isOwned = isOwned
        self.path = path
        self.communicator = communicator
    }

    var raw: RawFile {
        get throws(MPIError) {
            guard let raw = holder.withLock({ $0 }) else {
                throw MPIError(.file, call: "MPI_File_close", text: "the file \(path) has been closed")
            }
            return raw
        }
    }

    /// Closes the file, after everything has been written.
    ///
    /// Every rank calls it. A file that another binding has opened stays open, and is that one's to close.
    ///
    /// - Throws: `MPIError` of class `file` if it has been closed, or what the MPI library reports.
    ///
    /// Collective · blocking · `MPI_File_close` (MPI 3.1 §13.2.2)
    public func close() throws(MPIError) {
        let raw = try raw
        holder.withLock { $0 = nil }
        if isOwned { try raw.close() }
    }

    // MARK: Size and state

    /// The size of the file, in bytes.
    ///
    /// - Throws: `MPIError` of class `file` if it has been closed.
    ///
    /// Local · `MPI_File_get_size` (MPI 3.1 §13.2.6)
    public var byteCount: Int {
        get throws(MPIError) { try raw.size() }
    }

    /// Cuts the file off, or makes it longer.
    ///
    /// Every rank calls it with the same number.
    ///
    /// - Parameter byteCount: The new size.
    /// - Throws: `MPIError` if that cannot be.
    ///
    /// Collective · blocking · `MPI_File_set_size` (MPI 3.1 §13.2.4)
    public func resize(to byteCount: Int) throws(MPIError) { try raw.resize(byteCount) }

    /// Has the system provide the space for the file.
    ///
    /// Every rank calls it with the same number.
    ///
    /// - Parameter byteCount: The least size.
    /// - Throws: `MPIError` of class `noSpace` if there is not so much.
    ///
    /// Collective · blocking · `MPI_File_preallocate` (MPI 3.1 §13.2.5)
    public func preallocate(_ byteCount: Int) throws(MPIError) { try raw.preallocate(byteCount) }

    /// Makes what was written visible to all ranks, and brings it to the disk.
    ///
    /// Every rank calls it.
    ///
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_File_sync` (MPI 3.1 §13.6.1)
    public func synchronize() throws(MPIError) { try raw.sync() }

    /// Whether others see what one rank writes at once, and as a whole.
    ///
    /// - Throws: `MPIError` of class `file` if it has been closed.
    ///
    /// Local · `MPI_File_get_atomicity` (MPI 3.1 §13.6.1)
    public var isAtomic: Bool {
        get throws(MPIError) { try raw.isAtomic() }
    }

    /// Decides whether others see what one rank writes at once, and as a whole.
    ///
    /// Every rank calls it.
    ///
    /// - Parameter isAtomic: Whether they do.
    /// - Throws: `MPIError` if the MPI library cannot do that.
    ///
    /// Collective · `MPI_File_set_atomicity` (MPI 3.1 §13.6.1)
    public func makeAtomic(_ isAtomic: Bool = true) throws(MPIError) { try raw.setAtomic(isAtomic) }

    /// How the file was opened.
    ///
    /// - Throws: `MPIError` of class `file` if it has been closed.
    ///
    /// Local · `MPI_File_get_amode` (MPI 3.1 §13.2.7)
    public var mode: FileMode {
        get throws(MPIError) { FileMode(libraryValue: try raw.mode()) }
    }

    /// The ranks that have opened it, as a group.
    ///
    /// - Throws: `MPIError` of class `file` if it has been closed.
    ///
    /// Local · `MPI_File_get_group` (MPI 3.1 §13.2.7)
    public var group: Group {
        get throws(MPIError) { try Group(raw.group()) }
    }

    /// The hints that the library makes use of.
    ///
    /// - Throws: `MPIError` of class `file` if it has been closed.
    ///
    /// Local · `MPI_File_get_info` (MPI 3.1 §13.2.8)
    public var info: Info {
        get throws(MPIError) { try Info(raw.info()) }
    }

    /// Gives the library hints.
    ///
    /// Every rank calls it.
    ///
    /// - Parameter info: The hints.
    /// - Throws: `MPIError` of class `file` if it has been closed.
    ///
    /// Collective · `MPI_File_set_info` (MPI 3.1 §13.2.8)
    public func apply(_ info: Info) throws(MPIError) {
        let raw = try raw
        try info.withRaw { (info) throws(MPIError) in try raw.setInfo(info) }
    }

    /// Decides what happens when the library finds an error in an operation of this file.
    ///
    /// - Parameter handling: What happens.
    /// - Throws: `MPIError` of class `file` if it has been closed.
    ///
    /// Local · `MPI_File_set_errhandler` (MPI 3.1 §8.3.3)
    public func handleErrors(by handling: ErrorHandling) throws(MPIError) {
        try raw.setErrorHandler(handling)
    }

    /// Does with an error of the program's own what is done with those of the library.
    ///
    /// - Parameter error: The error; its code is what counts.
    /// - Throws: `MPIError` of class `file` if it has been closed.
    ///
    /// Local · `MPI_File_call_errhandler` (MPI 3.1 §8.3.4)
    public func handle(_ error: MPIError) throws(MPIError) {
        try raw.callErrorHandler(Int32(truncatingIfNeeded: error.code))
    }

    /// Deletes a file.
    ///
    /// - Parameters:
    ///   - path: Its name.
    ///   - info: Hints for the library.
    /// - Throws: `MPIError` of class `noSuchFile` if there is none.
    ///
    /// Local · `MPI_File_delete` (MPI 3.1 §13.2.3)
    public static func delete(_ path: String, info: Info = [:]) throws(MPIError) {
        try Runtime.initialize(.multiple)
        try info.withRaw { (info) throws(MPIError) in
            do throws(MPIError) {
                try RawFile.delete(path, info)
            } catch {
                throw error.about(path)
            }
        }
    }
}

extension Communicator {
    /// Opens a file on all ranks.
    ///
    /// Every rank calls it with the same name and modes.
    ///
    /// - Parameters:
    ///   - path: The name of the file, which all ranks can reach.
    ///   - mode: One of `readOnly`, `writeOnly` and `readWrite`, and what else is wanted.
    ///   - info: Hints for the library.
    /// - Returns: The file; ``File/close()`` gives it back.
    /// - Throws: `MPIError` of class `noSuchFile`, `fileExists`, `access` or another one that says why it cannot be opened.
    ///
    /// Collective · blocking · `MPI_File_open` (MPI 3.1 §13.2.1)
    public final func open(_ path: String, _ mode: FileMode = .readOnly, info: Info = [:]) throws(MPIError)
        -> File
    {
        let raw = try raw
        return try info.withRaw { (info) throws(MPIError) in
            do throws(MPIError) {
                return File(try RawFile.open(path, mode.libraryValue, info, raw), path, self)
            } catch {
                throw error.about(path)
            }
        }
    }

    /// Opens a file on all ranks for the time of a body.
    ///
    /// Every rank calls it with the same name and modes.
    ///
    /// - Parameters:
    ///   - path: The name of the file, which all ranks can reach.
    ///   - mode: One of `readOnly`, `writeOnly` and `readWrite`, and what else is wanted.
    ///   - info: Hints for the library.
    ///   - body: Uses the file.
    /// - Returns: What the body returns.
    /// - Throws: As ``open(_:_:info:)`` does; what the body throws. If it throws on one rank alone, that rank waits for the others to end
    ///   their bodies, too.
    ///
    /// Collective · blocking · `MPI_File_open`, `MPI_File_close` (MPI 3.1 §13.2)
    public final func withFile<Result>(
        _ path: String,
        _ mode: FileMode = .readOnly,
        info: Info = [:],
        _ body: (File) throws -> Result
    ) throws -> Result {
        let file = try open(path, mode, info: info)
        let result = Swift.Result { try body(file) }
        try file.close()
        return try result.get()
    }
}

extension MPIError {
    /// The same error, with the name of the file that it is about.
    fileprivate func about(_ path: String) -> MPIError {
        MPIError(errorClass: errorClass, code: code, call: call, text: "\(path): \(text)")
    }
}
