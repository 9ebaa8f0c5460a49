#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Memory that a small buffer is received into, before it is copied to where it is wanted.
///
/// When a message is longer than the memory given to a receive, Open MPI reports that, but if the message is longer than a few kilobytes
/// it has by then written all of it, beyond the end of the memory. Asking for the length first would avoid that at the price of another
/// call per message. This costs a copy of a few bytes instead: what lands too long here goes into a large range of addresses behind, for
/// which there is no memory until something is written, and does no harm. Values land in one of their own, whatever their length.
struct LandingZone {
    /// The largest receive that lands here; for a larger one asking for the length first does not matter.
    static let capacity = 2048
    // Longer than any message that a rank could send.
    private static let reservation = 1 << 36

    private static let pieceLength = 1 << 16

    /// What the memory consists of: it has more bytes than C can count.
    static let datatype: Result<RawDatatype, MPIError> = {
        do throws(MPIError) {
            let made = try RawDatatype.bytes(pieceLength)
            Runtime.freeAtEnd { made.free() }
            return .success(made)
        } catch {
            return .failure(error)
        }
    }()

    /// How many elements of that datatype it has.
    static var datatypeCount: Int { reservation / pieceLength }

    /// Whether the library receives a message of any length into memory of any length without taking pains over what the message does not need.
    ///
    /// Open MPI's `ob1` does; with others a network may have to get at all of the memory first.
    static var takesAnyLength: Bool {
        LaunchEnvironment.variable("OMPI_MCA_pml") == "ob1" && Environment.vendor.isOpenMPI()
    }

    /// Where it begins.
    let address: UnsafeMutableRawPointer

    /// Reserves the addresses.
    ///
    /// Some systems do not grant so many.
    init?() {
        #if os(Linux)
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        #else
        let flags = MAP_PRIVATE | MAP_ANON | MAP_NORESERVE
        #endif
        guard
            let memory = mmap(nil, Self.reservation, PROT_READ | PROT_WRITE, Int32(flags), -1, 0),
            memory != MAP_FAILED
        else { return nil }
        address = memory
        #if os(Linux)
        // Not in the picture of a crashed process, and not in the memory of a forked one.
        madvise(memory, Self.reservation, MADV_DONTDUMP)
        madvise(memory, Self.reservation, MADV_DONTFORK)
        #endif
    }

    /// Gives back the memory that a message took that was too long.
    func clear() {
        madvise(address, Self.reservation, MADV_DONTNEED)
    }

    /// Gives back the addresses.
    func free() {
        munmap(address, Self.reservation)
    }
}
