internal import Glibc

/// How many descriptors a rank may have open while it hosts processes.
///
/// It has up to three for each of them, a socket and two outputs, and systems allow 1,024 to whoever does not ask for more: enough for 340
/// processes. Only the rank asks: its processes, and what they start, have the limit that the program was started with, since some
/// programs go wrong with descriptors beyond 1,023.
struct DescriptorLimit: Sendable {
    /// What was there before, and what is there instead; `nil` if nothing was changed.
    private var change: (former: rlimit, present: rlimit)?

    /// More than anybody needs, and few enough for programs that look at every number up to the limit.
    static let sufficient: rlim_t = 65_536

    private static let resource = Int32(RLIMIT_NOFILE.rawValue)

    /// The limit to ask for, given the present one and the highest that may be had; `nil` if the present one is as good.
    static func wanted(present: rlim_t, highest: rlim_t) -> rlim_t? {
        let wanted = min(highest, sufficient)
        return wanted > present ? wanted : nil
    }

    /// Asks for more, to be called once nothing is to be forked any more that would inherit it.
    static func raised() -> DescriptorLimit {
        var former = rlimit()
        guard getrlimit(resource, &former) == 0,
            let wanted = wanted(present: former.rlim_cur, highest: former.rlim_max)
        else { return DescriptorLimit() }
        var present = former
        present.rlim_cur = wanted
        guard setrlimit(resource, &present) == 0 else { return DescriptorLimit() }
        return DescriptorLimit(change: (former, present))
    }

    /// Returns to what was there before, unless the program has chosen another limit meanwhile.
    func restore() {
        guard let change else { return }
        var found = rlimit()
        guard getrlimit(DescriptorLimit.resource, &found) == 0, found.rlim_cur == change.present.rlim_cur
        else { return }
        found.rlim_cur = min(change.former.rlim_cur, found.rlim_max)
        setrlimit(DescriptorLimit.resource, &found)
    }
}
