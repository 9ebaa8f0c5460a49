internal import CMPI

/// A value that hangs on one of the library's objects, with what is to be done when that is duplicated or freed.
final class AttributeBox: Sendable {
    let value: any Sendable
    let copy: @Sendable (any Sendable) -> (any Sendable)?
    let delete: @Sendable (any Sendable) -> Void

    init(
        _ value: any Sendable,
        copy: @escaping @Sendable (any Sendable) -> (any Sendable)?,
        delete: @escaping @Sendable (any Sendable) -> Void
    ) {
        self.value = value
        self.copy = copy
        self.delete = delete
    }

    /// What C calls when the object is duplicated.
    fileprivate static func duplicate(
        _ pointer: UnsafeMutableRawPointer?,
        _ target: UnsafeMutableRawPointer?,
        _ isCopied: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        isCopied?.pointee = 0
        guard let pointer, let target else { return cmpi_success() }
        let box = Unmanaged<AttributeBox>.fromOpaque(pointer).takeUnretainedValue()
        guard let value = box.copy(box.value) else { return cmpi_success() }
        let made = Unmanaged.passRetained(AttributeBox(value, copy: box.copy, delete: box.delete)).toOpaque()
        target.storeBytes(of: made, as: UnsafeMutableRawPointer.self)
        isCopied?.pointee = 1
        return cmpi_success()
    }

    /// What C calls when the object is freed, or the attribute deleted or replaced.
    fileprivate static func release(_ pointer: UnsafeMutableRawPointer?) -> Int32 {
        guard let pointer else { return cmpi_success() }
        let box = Unmanaged<AttributeBox>.fromOpaque(pointer).takeRetainedValue()
        box.delete(box.value)
        return cmpi_success()
    }
}

/// The library's keys for one ``AttributeKey``: one for each kind of object that it is used with.
struct AttributeNumbers: Sendable {
    var communicator: Int32?
    var datatype: Int32?
    var window: Int32?

    /// Whether it has not been used with anything yet.
    var isEmpty: Bool { communicator == nil && datatype == nil && window == nil }

    mutating func ofCommunicators() throws(MPIError) -> Int32 {
        if let communicator { return communicator }
        var key = cmpi_keyval_invalid()
        try call("MPI_Comm_create_keyval") {
            MPI_Comm_create_keyval(
                { _, _, _, value, target, isCopied in AttributeBox.duplicate(value, target, isCopied) },
                { _, _, value, _ in AttributeBox.release(value) },
                &key,
                nil
            )
        }
        communicator = key
        return key
    }

    mutating func ofDatatypes() throws(MPIError) -> Int32 {
        if let datatype { return datatype }
        var key = cmpi_keyval_invalid()
        try call("MPI_Type_create_keyval") {
            MPI_Type_create_keyval(
                { _, _, _, value, target, isCopied in AttributeBox.duplicate(value, target, isCopied) },
                { _, _, value, _ in AttributeBox.release(value) },
                &key,
                nil
            )
        }
        datatype = key
        return key
    }

    mutating func ofWindows() throws(MPIError) -> Int32 {
        if let window { return window }
        var key = cmpi_keyval_invalid()
        try call("MPI_Win_create_keyval") {
            MPI_Win_create_keyval(
                { _, _, _, value, target, isCopied in AttributeBox.duplicate(value, target, isCopied) },
                { _, _, value, _ in AttributeBox.release(value) },
                &key,
                nil
            )
        }
        window = key
        return key
    }

    /// Frees the keys; attributes that have them stay.
    mutating func free() {
        guard !Runtime.libraryIsFinalized else { return }
        defer { self = AttributeNumbers() }
        if var key = communicator { _ = MPI_Comm_free_keyval(&key) }
        if var key = datatype { _ = MPI_Type_free_keyval(&key) }
        if var key = window { _ = MPI_Win_free_keyval(&key) }
    }
}

/// Reads an attribute by a function of the library.
private func attribute(
    _ name: StaticString,
    _ read: (UnsafeMutableRawPointer, UnsafeMutablePointer<Int32>) -> Int32
) throws(MPIError) -> AttributeBox? {
    var pointer: UnsafeMutableRawPointer?
    var isThere: Int32 = 0
    try withUnsafeMutablePointer(to: &pointer) { (pointer) throws(MPIError) in
        try call(name) { read(UnsafeMutableRawPointer(pointer), &isThere) }
    }
    guard isThere != 0, let pointer else { return nil }
    return Unmanaged<AttributeBox>.fromOpaque(pointer).takeUnretainedValue()
}

/// Hands a box to the library, which gives it back when it is deleted.
private func hang(
    _ box: AttributeBox,
    _ name: StaticString,
    _ write: (UnsafeMutableRawPointer) -> Int32
) throws(MPIError) {
    let pointer = Unmanaged.passRetained(box).toOpaque()
    do throws(MPIError) {
        try call(name) { write(pointer) }
    } catch {
        Unmanaged<AttributeBox>.fromOpaque(pointer).release()
        throw error
    }
}

extension RawCommunicator {
    func box(_ key: Int32) throws(MPIError) -> AttributeBox? {
        try MPI.attribute("MPI_Comm_get_attr") { MPI_Comm_get_attr(handle, key, $0, $1) }
    }

    func hang(_ box: AttributeBox, _ key: Int32) throws(MPIError) {
        try MPI.hang(box, "MPI_Comm_set_attr") { MPI_Comm_set_attr(handle, key, $0) }
    }

    func deleteAttribute(_ key: Int32) throws(MPIError) {
        try call("MPI_Comm_delete_attr") { MPI_Comm_delete_attr(handle, key) }
    }
}

extension RawDatatype {
    func box(_ key: Int32) throws(MPIError) -> AttributeBox? {
        try MPI.attribute("MPI_Type_get_attr") { MPI_Type_get_attr(handle, key, $0, $1) }
    }

    func hang(_ box: AttributeBox, _ key: Int32) throws(MPIError) {
        try MPI.hang(box, "MPI_Type_set_attr") { MPI_Type_set_attr(handle, key, $0) }
    }

    func deleteAttribute(_ key: Int32) throws(MPIError) {
        try call("MPI_Type_delete_attr") { MPI_Type_delete_attr(handle, key) }
    }
}

extension RawWindow {
    func box(_ key: Int32) throws(MPIError) -> AttributeBox? {
        try MPI.attribute("MPI_Win_get_attr") { MPI_Win_get_attr(handle, key, $0, $1) }
    }

    func hang(_ box: AttributeBox, _ key: Int32) throws(MPIError) {
        try MPI.hang(box, "MPI_Win_set_attr") { MPI_Win_set_attr(handle, key, $0) }
    }

    func deleteAttribute(_ key: Int32) throws(MPIError) {
        try call("MPI_Win_delete_attr") { MPI_Win_delete_attr(handle, key) }
    }

    func callErrorHandler(_ code: Int32) throws(MPIError) {
        try call("MPI_Win_call_errhandler") { MPI_Win_call_errhandler(handle, code) }
    }
}

extension RawFile {
    func callErrorHandler(_ code: Int32) throws(MPIError) {
        try call("MPI_File_call_errhandler") { MPI_File_call_errhandler(handle, code) }
    }
}
