import CurationCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What is wrong with an export, found by reading all of it against its manifest.
package struct ExportVerification: Sendable, Equatable {
    /// A sentence for each thing that is wrong; none when the export is whole.
    package private(set) var problems: [String] = []
    /// Files that were read.
    package private(set) var filesChecked = 0
    /// Samples whose image was read, in a shard or as a file.
    package private(set) var samplesChecked = 0

    private let path: String
    private var splitOfKey: [String: String] = [:]
    private var splitOfGroup: [String: String] = [:]

    /// Reads the export at `path`.
    ///
    /// - Throws: `ExportError.unreadable` when there is no such folder.
    package init(path: String) throws(ExportError) {
        self.path = path
        let present: Set<String>
        do {
            present = Set(try FileManager.default.subpathsOfDirectory(atPath: path))
        } catch {
            throw .unreadable(path: path, reason: "it is not a folder that can be read")
        }
        do throws(ExportError) {
            let manifest = try ShardManifest(inFolder: path)
            checkNames(manifest, present: present)
            for file in manifest.files where present.contains(file.path) {
                check(file, format: manifest.format)
            }
            checkCounts(manifest)
        } catch {
            problems.append(error.description)
        }
    }

    private mutating func checkNames(_ manifest: ShardManifest, present: Set<String>) {
        var expected: Set<String> = [ShardManifest.fileName]
        for file in manifest.files {
            expected.insert(file.path)
            let parts = file.path.split(separator: "/")
            for count in 1..<max(1, parts.count) {
                expected.insert(parts.prefix(count).joined(separator: "/"))
            }
            if !present.contains(file.path) { problems.append("\(file.path) is missing") }
        }
        for name in present.subtracting(expected).sorted() {
            problems.append("\(name) is not in the manifest")
        }
    }

    private mutating func checkCounts(_ manifest: ShardManifest) {
        if manifest.splits != ShardManifest.count(manifest.files) {
            problems.append("the samples of the splits are not the sum of the samples of the files")
        }
        guard manifest.format != .webdataset else { return }
        for (split, count) in manifest.splits.sorted(by: { $0.key < $1.key }) {
            let images = manifest.files.count { Self.isImage($0) && $0.split == split }
            guard images != count.samples else { continue }
            problems.append("\(split) has \(images) images for \(count.samples) samples")
        }
    }

    private static func isImage(_ file: ShardManifest.File) -> Bool {
        file.samples == nil && file.path.hasPrefix("images/")
    }

    private mutating func check(_ file: ShardManifest.File, format: ShardManifest.Format) {
        filesChecked += 1
        do throws(ExportError) {
            let isShard = format == .webdataset
            let digest = isShard ? try shardDigest(file) : try plainDigest(file)
            if digest != file.sha256 {
                problems.append("\(file.path) has other bytes than those exported (sha256 differs)")
            }
        } catch {
            problems.append(error.description)
        }
    }

    private mutating func plainDigest(
        _ file: ShardManifest.File
    ) throws(ExportError) -> ContentDigest {
        let input = try InputFile(path: path + "/" + file.path, followingLinks: false)
        checkSize(of: file, found: input.size)
        var hasher = ContentHasher()
        while true {
            let part = try input.read(1 << 20)
            if part.isEmpty { break }
            hasher.update(part)
        }
        if Self.isImage(file), let name = file.path.split(separator: "/").last {
            note(key: String(name.prefix { $0 != "." }), split: file.split, in: file.path)
            samplesChecked += 1
        }
        return hasher.finish()
    }

    private mutating func shardDigest(
        _ file: ShardManifest.File
    ) throws(ExportError) -> ContentDigest {
        var reader = try TarReader(path: path + "/" + file.path)
        checkSize(of: file, found: reader.size)
        var open: ShardSample?
        var samples = 0
        while let member = try reader.next() {
            guard let (key, kind) = ShardSample.parts(of: member.name) else {
                problems.append("\(file.path) has a member with a strange name: '\(member.name)'")
                continue
            }
            if open?.key != key {
                if let whole = open { finish(whole, in: file) }
                open = ShardSample(key: key)
                samples += 1
            }
            open?.take(member.bytes, kind: kind)
        }
        if let whole = open { finish(whole, in: file) }
        samplesChecked += samples
        if samples != file.samples {
            problems.append("\(file.path) has \(samples) samples, not \(file.samples ?? 0)")
        }
        return reader.digest()
    }

    private mutating func finish(_ sample: ShardSample, in file: ShardManifest.File) {
        note(key: sample.key, split: file.split, in: file.path)
        for problem in sample.problems(split: file.split) {
            problems.append("\(file.path): sample \(sample.key) \(problem)")
        }
        guard let group = sample.group else { return }
        let split = splitOfGroup.updateValue(file.split, forKey: group) ?? file.split
        if split != file.split {
            problems.append("copies of one picture (\(group)) are in \(split) and \(file.split)")
        }
    }

    private mutating func checkSize(of file: ShardManifest.File, found: Int) {
        guard found != file.bytes else { return }
        problems.append("\(file.path) has \(found) bytes, not \(file.bytes)")
    }

    private mutating func note(key: String, split: String, in name: String) {
        guard let other = splitOfKey.updateValue(split, forKey: key) else { return }
        let places = other == split ? "twice in \(split)" : "in \(other) and in \(split)"
        problems.append("\(name): sample \(key) is \(places)")
    }
}

/// The members of one sample of a shard, as they are read.
private struct ShardSample {
    let key: String
    private var image: ContentDigest?
    private var text: Text?
    private var kinds: Set<String> = []
    private var hasTwice = false

    private struct Text: Decodable {
        let sha256: ContentDigest
        let split: String
        let group: String?
        let annotations: [Label]
    }

    init(key: String) { self.key = key }

    /// What the sample has in common with its copies.
    var group: String? { text?.group }

    /// The name before the first dot and what follows it.
    static func parts(of name: String) -> (key: String, kind: String)? {
        guard ExportPath.isSafe(name), !name.contains("/"), let dot = name.firstIndex(of: ".")
        else {
            return nil
        }
        return (String(name[..<dot]), String(name[name.index(after: dot)...]))
    }

    mutating func take(_ bytes: [UInt8], kind: String) {
        if !kinds.insert(kind).inserted { hasTwice = true }
        switch kind {
        case "json": text = try? JSONDecoder().decode(Text.self, from: Data(bytes))
        case "cls", "npy", "prov.json": break
        default: image = ContentDigest(of: bytes)
        }
    }

    /// What is wrong, as the end of a sentence about the sample.
    func problems(split: String) -> [String] {
        guard let text else { return ["has no JSON that can be read"] }
        var problems: [String] = []
        if hasTwice { problems.append("has a member twice") }
        if image == nil { problems.append("has no image") }
        if let image, image != text.sha256 {
            problems.append("has another image than its JSON says")
        }
        if !text.sha256.hex.hasPrefix(key) { problems.append("has a key that is not its digest") }
        if text.split != split { problems.append("says it is in split '\(text.split)'") }
        return problems
    }
}
