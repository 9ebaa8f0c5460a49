internal import Synchronization

/// A name for values that a program hangs on communicators, datatypes or windows: what a library wants to find again by them.
///
/// ```swift
/// let visits = AttributeKey<Int>(copy: { $0 })          // a duplicate has the same value
/// try visits.attach(1, to: world)
/// print(try visits.value(of: world) ?? 0)
/// ```
/// What hangs on something that is freed is let go.
///
/// Local · `MPI_Comm_create_keyval` (MPI 3.1 §6.7)
public final class AttributeKey<Value: Sendable>: Sendable {
    private let numbers = Mutex(AttributeNumbers())
    private let copy: @Sendable (Value) -> Value?
    private let delete: @Sendable (Value) -> Void

    /// Makes a key.
    ///
    /// - Parameters:
    ///   - copy: What a duplicate gets; nothing, if it returns `nil` or is omitted.
    ///   - delete: Is called when the value is deleted or replaced, or what it hangs on is freed.
    public init(
        copy: @escaping @Sendable (Value) -> Value? = { _ in nil },
        delete: @escaping @Sendable (Value) -> Void = { _ in }
    ) {
        self.copy = copy
        self.delete = delete
    }

    deinit { numbers.withLock { $0.free() } }

    private func box(_ value: Value) -> AttributeBox {
        let (copy, delete) = (copy, delete)
        return AttributeBox(value) { value in
            (value as? Value).flatMap(copy)
        } delete: { value in
            if let value = value as? Value { delete(value) }
        }
    }

    private func number(_ kind: (inout AttributeNumbers) throws(MPIError) -> Int32) throws(MPIError) -> Int32
    {
        let result: Result<Int32, MPIError> = numbers.withLock { numbers in
            do throws(MPIError) {
                // A key that lives as long as the program, as most do, is not there to be asked later.
                if numbers.isEmpty {
                    Runtime.freeAtEnd { [weak self] in self?.numbers.withLock { $0.free() } }
                }
                return .success(try kind(&numbers))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func communicatorKey() throws(MPIError) -> Int32 {
        try number { (numbers) throws(MPIError) in try numbers.ofCommunicators() }
    }

    private func datatypeKey() throws(MPIError) -> Int32 {
        try number { (numbers) throws(MPIError) in try numbers.ofDatatypes() }
    }

    private func windowKey() throws(MPIError) -> Int32 {
        try number { (numbers) throws(MPIError) in try numbers.ofWindows() }
    }

    // MARK: Communicators

    /// The value that hangs on a communicator; `nil` if there is none.
    ///
    /// - Parameter communicator: The communicator.
    /// - Returns: The value.
    /// - Throws: `MPIError` if it has been freed.
    ///
    /// Local · `MPI_Comm_get_attr` (MPI 3.1 §6.7.2)
    public func value(of communicator: Communicator) throws(MPIError) -> Value? {
        try communicator.raw.box(communicatorKey())?.value as? Value
    }

    /// Hangs a value on a communicator, in the place of one that hangs there.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - communicator: The communicator.
    /// - Throws: `MPIError` if it has been freed.
    ///
    /// Local · `MPI_Comm_set_attr` (MPI 3.1 §6.7.2)
    public func attach(_ value: Value, to communicator: Communicator) throws(MPIError) {
        try communicator.raw.hang(box(value), communicatorKey())
    }

    /// Takes the value off a communicator.
    ///
    /// - Parameter communicator: The communicator.
    /// - Throws: `MPIError` of class `keyValue` if there is none.
    ///
    /// Local · `MPI_Comm_delete_attr` (MPI 3.1 §6.7.2)
    public func remove(from communicator: Communicator) throws(MPIError) {
        let key = try communicatorKey()
        guard try communicator.raw.box(key) != nil else { throw Self.nothing() }
        try communicator.raw.deleteAttribute(key)
    }

    // MARK: Datatypes

    /// The value that hangs on a datatype; `nil` if there is none.
    ///
    /// - Parameter datatype: The datatype.
    /// - Returns: The value.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Local · `MPI_Type_get_attr` (MPI 3.1 §6.7.4)
    public func value(of datatype: DerivedDatatype) throws(MPIError) -> Value? {
        try datatype.raw.box(datatypeKey())?.value as? Value
    }

    /// Hangs a value on a datatype, in the place of one that hangs there.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - datatype: The datatype.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Local · `MPI_Type_set_attr` (MPI 3.1 §6.7.4)
    public func attach(_ value: Value, to datatype: DerivedDatatype) throws(MPIError) {
        try datatype.raw.hang(box(value), datatypeKey())
    }

    /// Takes the value off a datatype.
    ///
    /// - Parameter datatype: The datatype.
    /// - Throws: `MPIError` of class `keyValue` if there is none.
    ///
    /// Local · `MPI_Type_delete_attr` (MPI 3.1 §6.7.4)
    public func remove(from datatype: DerivedDatatype) throws(MPIError) {
        let key = try datatypeKey()
        guard try datatype.raw.box(key) != nil else { throw Self.nothing() }
        try datatype.raw.deleteAttribute(key)
    }

    // MARK: Windows

    /// The value that hangs on a window; `nil` if there is none.
    ///
    /// - Parameter window: The window.
    /// - Returns: The value.
    /// - Throws: `MPIError` if it has been freed.
    ///
    /// Local · `MPI_Win_get_attr` (MPI 3.1 §6.7.3)
    public func value<Element>(of window: Window<Element>) throws(MPIError) -> Value? {
        try window.raw.box(windowKey())?.value as? Value
    }

    /// Hangs a value on a window, in the place of one that hangs there.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - window: The window.
    /// - Throws: `MPIError` if it has been freed.
    ///
    /// Local · `MPI_Win_set_attr` (MPI 3.1 §6.7.3)
    public func attach<Element>(_ value: Value, to window: Window<Element>) throws(MPIError) {
        try window.raw.hang(box(value), windowKey())
    }

    /// Takes the value off a window.
    ///
    /// - Parameter window: The window.
    /// - Throws: `MPIError` of class `keyValue` if there is none.
    ///
    /// Local · `MPI_Win_delete_attr` (MPI 3.1 §6.7.3)
    public func remove<Element>(from window: Window<Element>) throws(MPIError) {
        let key = try windowKey()
        guard try window.raw.box(key) != nil else { throw Self.nothing() }
        try window.raw.deleteAttribute(key)
    }

    private static func nothing() -> MPIError {
        MPIError(.keyValue, call: "MPI_Comm_delete_attr", text: "nothing hangs there by this key")
    }
}
