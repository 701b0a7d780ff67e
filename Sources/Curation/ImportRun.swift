import CurationCore
import Foundation
import Imaging
import Storage
import Synchronization

/// One import under way: reads pictures on all cores and writes them batch by batch.
final class ImportRun: Sendable {
    // Large enough that a transaction costs little, small enough that a killed run loses little.
    private static let piecesPerBatch = 32

    let dataset: Dataset
    let interruption: Interruption
    let isDryRun: Bool
    let request: ImportStage.Request
    private let embedders: PictureEmbedders?
    private let classes: [ExactText: String]
    private let report: StageProgress.Report
    private let reader: SampleReader
    private let writer = WriteBehind()
    private let counts = Mutex(ImportStage.Report())
    private let done = Mutex(0)
    private let gone: Mutex<GoneImages>
    /// What names the import in the log: all its batches are undone together.
    private let name = String(UInt64.random(in: 0...(.max)), radix: 16)

    /// Describes an import; `classes` are given by the path of the file.
    init(
        dataset: Dataset,
        request: ImportStage.Request,
        embedders: PictureEmbedders?,
        classes: [ExactText: String],
        interruption: Interruption,
        report: @escaping StageProgress.Report
    ) {
        self.dataset = dataset
        self.request = request
        self.embedders = embedders
        self.classes = classes
        self.interruption = interruption
        self.report = report
        isDryRun = request.dryRun
        gone = Mutex(GoneImages(isGone: dataset.pictures.isGone))
        reader = SampleReader(
            dataset: dataset.folder,
            keepsCopies: request.copy,
            pixelLimit: request.pixelLimit
        )
    }

    /// What was done so far.
    var result: ImportStage.Report { counts.withLock(\.self) }

    /// Changes the counts.
    func count(_ change: (inout ImportStage.Report) -> Void) {
        counts.withLock { change(&$0) }
    }

    /// Carries out a plan, then reads the archives.
    func importAll(_ sources: SourceList, _ plan: ImportPlan) throws {
        count { report in
            report.found = sources.files.count + sources.failures.count
            report.pending = plan.pending.count
            report.unchanged = plan.unchanged
            report.ignored = sources.ignored
            report.archivesPassed = sources.archivesPassed
            for (code, number) in plan.failedBefore { report.count(number, failed: code) }
        }
        try keep(sources.failures.map { FailedFile(failure: $0) })
        try keep(plan.namesakes.map(Self.namesake))
        let changed = try compare(plan.suspects)
        lookForMoves(among: changed)
        let files = plan.pending
        if !isDryRun {
            try restore(plan.restored)
            let queue = PictureQueue(size: PictureEmbedders.pieceSize, files: files)
            try importAll(queue, total: sources.archives.isEmpty ? files.count : nil)
        }
        var formerMembers: [Sample.ID] = []
        for archive in sources.archives { formerMembers += try importMembers(of: archive) }
        try settle(changed)
        if request.copy, !isDryRun { try copyRest() }
        try reportVanished(plan.unseen, formerMembers: formerMembers, known: sources.failures)
    }

    /// Imports what a queue gives.
    func importAll(_ queue: PictureQueue, total: Int?) throws {
        do {
            while true {
                try interruption.check()
                let pieces = try read(queue)
                guard !pieces.isEmpty else { break }
                try writer.start { [self] in try keep(pieces) }
                let looked = done.withLock { done in
                    done += pieces.reduce(0) { $0 + $1.outcomes.count }
                    return done
                }
                report(
                    StageProgress(
                        stage: "import",
                        done: looked,
                        total: total,
                        failed: result.failed
                    )
                )
            }
        } catch {
            try writer.finish()
            throw error
        }
        try writer.finish()
    }

    /// Starts a new search for pictures under new names: those whose file is gone, and those whose names
    /// other pictures have taken.
    func lookForMoves(among changed: [ChangedFile]) {
        let taken = Set(changed.map { ExactText($0.file.path) })
        let pictures = dataset.pictures
        gone.withLock { gone in
            gone = GoneImages { taken.contains(ExactText($0.path)) || pictures.isGone($0) }
        }
    }

    /// Keeps files that failed, and counts them.
    func keep(_ failures: [FailedFile]) throws {
        count { report in failures.forEach { report.count(failed: $0.failure.code) } }
        try list(failures)
    }

    /// Lists files as failed without counting them.
    func list(_ failures: [FailedFile]) throws {
        guard !isDryRun else { return }
        for start in stride(from: 0, to: failures.count, by: 1000) {
            let part = Array(failures[start..<min(start + 1000, failures.count)])
            try rephrasing { () throws in
                _ = try dataset.store.add([], failures: part, author: "import", at: .now)
            }
        }
    }
}

// MARK: - Batches

extension ImportRun {
    /// What became of the pictures of a piece, and the vectors of those that were read.
    private struct ReadPiece: Sendable {
        let number: Int
        var outcomes: [SampleReader.Outcome]
        var vectors: [[Float]]
    }

    /// Reads the next batch on all cores; none at the end.
    private func read(_ queue: PictureQueue) throws -> [ReadPiece] {
        let results = WorkerPool.map(Array(0..<Self.piecesPerBatch)) { _ in
            Result { try queue.next().map { try self.read($0) } }
        }
        let pieces = try rephrasing { () throws in try results.compactMap { try $0.get() } }
        return pieces.sorted { $0.number < $1.number }
    }

    private func read(_ piece: PictureQueue.Piece) throws -> ReadPiece {
        var read = ReadPiece(number: piece.number, outcomes: [], vectors: [])
        var pictures: [PixelBuffer] = []
        for entry in piece.entries {
            let (outcome, pixels) =
                switch entry {
                case .file(let file): reader.read(file)
                case .member(let bytes, let found): reader.read(bytes, found)
                case .failure(let failed): (SampleReader.Outcome.failure(failed), nil)
                }
            if case .unwritable(let error) = outcome { throw error }
            read.outcomes.append(outcome)
            if embedders != nil, let pixels { pictures.append(pixels) }
        }
        read.vectors = try embedders?.vectors(of: pictures) ?? []
        return read
    }

    /// Writes a batch in one transaction, and its vectors in another.
    private func keep(_ pieces: [ReadPiece]) throws {
        var samples: [NewSample] = []
        var failures: [FailedFile] = []
        for outcome in pieces.flatMap(\.outcomes) {
            switch outcome {
            case .success(var sample):
                sample.labels = classes[ExactText(sample.path)].map { [given($0)] } ?? []
                samples.append(sample)
            case .failure(let failed): failures.append(failed)
            case .unwritable: break
            }
        }
        try rephrasing { () throws in
            let outcome = try dataset.store.add(
                samples,
                failures: failures,
                author: "import",
                at: .now,
                run: name,
                gone: gone.withLock(\.self)
            )
            let embedded = try keep(pieces.map(\.vectors), of: outcome.ids)
            count { report in
                report.imported += outcome.added
                report.moved += outcome.moved
                report.exactDuplicates += outcome.exactDuplicates
                report.embedded += embedded
                report.damaged += zip(samples, outcome.ids).count { $0.damage != nil && $1 != nil }
                failures.forEach { report.count(failed: $0.failure.code) }
            }
        }
    }

    /// Keeps the vectors of the images that are new; answers how many these are.
    private func keep(_ vectors: [[[Float]]], of ids: [Sample.ID?]) throws -> Int {
        guard let embedders else { return 0 }
        var matrices = embedders.matrices(of: ids.map { $0 ?? 0 }, vectors)
        let new = ids.indices.filter { ids[$0] != nil }
        guard !new.isEmpty else { return 0 }
        if new.count < ids.count {
            matrices = matrices.map { ($0.0.rows(new), $0.1) }
        }
        try dataset.store.add(matrices)
        return new.count
    }

    static let namesake =
        "A file and a picture in an archive have this path in the data set. Rename the folder or the "
        + "archive."

    private static func namesake(_ file: FoundFile) -> FailedFile {
        let failure = ImportFailure(
            path: file.path,
            code: .duplicateName,
            message: namesake
        )
        return FailedFile(failure: failure, bytes: file.bytes, modifiedAt: file.modifiedAt)
    }

    private func given(_ category: String) -> NewSample.GivenLabel {
        NewSample.GivenLabel(
            label: .classification(category: category),
            state: request.labelsAs == .reviewed ? .accepted : .proposed,
            source: "import:imagefolder"
        )
    }
}
