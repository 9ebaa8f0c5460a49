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

    init(_ facts: Facts) {
        self.facts = facts
        findings = Diagnosis.findings(facts)
        isHealthy = !findings.contains { $0.level == .problem }
    }

    /// For people: a line for each finding, and one for its cure.
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
        return (lines + ["", summary]).joined(separator: "\n")
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
