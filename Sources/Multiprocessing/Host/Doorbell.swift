internal import CProcessSupport
internal import Glibc

/// A socket by which Hosts on one node wake each other.
final class Doorbell {
    let descriptor: Int32
    /// What the others have to know to ring it.
    let name: String

    init() throws(ProcessingError) {
        var name = [CChar](repeating: 0, count: 16)
        descriptor = cps_make_doorbell(&name)
        guard descriptor >= 0 else {
            throw ProcessingError(.resources, "cannot make a doorbell: \(SystemError())")
        }
        self.name = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { close(descriptor) }

    /// Wakes the Host with that doorbell.
    ///
    /// It costs about a microsecond, and nothing if that Host has not answered earlier rings.
    func ring(_ name: String) { cps_ring_doorbell(descriptor, name) }

    /// Takes note of all rings so far.
    func silence() {
        var rings = [UInt8](repeating: 0, count: 64)
        while recv(descriptor, &rings, rings.count, Int32(MSG_DONTWAIT)) > 0 {}
    }
}
