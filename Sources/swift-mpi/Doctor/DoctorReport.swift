#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the doctor found out and what it concludes, as it is printed.
struct DoctorReport: Codable, Sendable {
    var isHealthy: Bool
    var findings: [Finding]
    var facts: Facts
    /// What the pairs of ranks measured, if they were asked to.
    var pairs: PairMatrix?

    init(_ facts: Facts, pairs: PairMatrix? = nil) {
        self.facts = facts
        self.pairs = pairs
        findings = Diagnosis.findings(facts) + (pairs?.findings ?? [])
        isHealthy = !findings.contains { $0.level == .problem }
    }

    /// For people: a line for each finding, and one for its cure; then what was measured.
    var text: String {
        var lines: [String] = []
        for finding in findings {
            let level = finding.level.rawValue
            lines.append(level + String(repeating: " ", count: 9 - level.count) + finding.text)
            if let cure = finding.cure { lines.append(String(repeating: " ", count: 9) + "-> " + cure) }
        }
        let problems = findings.count { $0.level == .problem }
        let notes = findings.count { $0.level == .note }
        var summary = problems == 0 ? "no problems" : "\(problems) problem\(problems == 1 ? "" : "s")"
        if notes > 0 { summary += ", \(notes) note\(notes == 1 ? "" : "s")" }
        let measured = pairs.map { ["", $0.text] } ?? []
        return (lines + measured + ["", summary]).joined(separator: "\n")
    }

    /// For programs.
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
