import Curation
import CurationCore
import Foundation
import TestKit
import Testing

@Suite struct GridStageTests {
    private let fixture: PipelineFixture
    private let stage: GridStage
    private var dataset: Dataset { fixture.dataset }

    init() throws {
        fixture = try PipelineFixture.embedded(40)
        stage = GridStage(dataset: fixture.dataset)
        let labels = try fixture.dataset.samples().prefix(20).map { sample in
            LabeledSample(
                sample: sample,
                labels: [.classification(category: sample.id % 2 == 0 ? "even" : "odd")]
            )
        }
        _ = try LabelStage(dataset: fixture.dataset).set(Array(labels), author: "reviewer:a")
        _ = try PredictStage(dataset: fixture.dataset).run(.neighbors)
    }

    private func ids(_ view: String) throws -> [Sample.ID] {
        try stage.pictures(of: view, 0..<1000).ids
    }

    private func make(_ condition: ViewCondition, sort: String? = nil) throws -> [Sample.ID] {
        let query = ViewQuery(filter: [condition], sort: sort.map { ViewSort(field: $0) })
        return try ids(stage.make(query).view)
    }

    private func decision(
        _ id: String,
        _ kind: ViewDecision.Decision,
        _ ranges: [[Int]],
        except: [Int]? = nil,
        expected: Int,
        label: String? = nil
    ) -> ViewDecision {
        ViewDecision(
            id: id,
            decision: kind,
            label: label,
            ranges: ranges,
            except: except,
            expectedCount: expected
        )
    }

    @Test func `conditions narrow by class, state, number, folder and part of the path`() throws {
        let all = try dataset.samples()
        #expect(try ids(stage.make(ViewQuery()).view) == all.map(\.id))
        let even = all.prefix(20).map(\.id).filter { $0 % 2 == 0 }
        #expect(try make(ViewCondition(field: "label", is: [.text("even")])) == even)
        let rest = all.dropFirst(20).map(\.id)
        #expect(try make(ViewCondition(field: "label", is: [.none])) == rest)
        #expect(try make(ViewCondition(field: "state", not: [.text("accepted")])) == rest)
        #expect(try make(ViewCondition(field: "source", is: [.text("reviewer")])).count == 20)
        let wide = all.filter { $0.width >= 300 && $0.width <= 500 }.map(\.id)
        #expect(try make(ViewCondition(field: "width", from: 300, to: 500)) == wide)
        let name = all[3].path.split(separator: "/").last.map(String.init) ?? ""
        #expect(
            try make(ViewCondition(field: "path", contains: "S/" + name.uppercased()))
                == [all[3].id]
        )
        #expect(try make(ViewCondition(field: "path", is: [.text(all[3].path)])) == [all[3].id])
        let folder = String(all[0].path.dropLast(all[0].path.split(separator: "/").last!.count + 1))
        #expect(try make(ViewCondition(field: "folder", is: [.text(folder)])).count == 40)
        for wrong in [
            ViewCondition(field: "nothing"), ViewCondition(field: "class", from: 1),
            ViewCondition(field: "score", contains: "x"),
            ViewCondition(field: "width", is: [.text("wide")]),
        ] {
            #expect(throws: GridError.self) { try make(wrong) }
        }
    }

    @Test func `the order is that of the field, and what has no value comes last`() throws {
        let samples = try dataset.samples()
        let bytes = Dictionary(uniqueKeysWithValues: samples.map { ($0.id, $0.bytes) })
        for isDescending in [false, true] {
            let query = ViewQuery(sort: ViewSort(field: "bytes", descending: isDescending))
            let sizes = try ids(stage.make(query).view).map { bytes[$0] ?? 0 }
            #expect(sizes == sizes.sorted { isDescending ? $0 > $1 : $0 < $1 })
            let scores = ViewQuery(sort: ViewSort(field: "score", descending: isDescending))
            let scored = try ids(stage.make(scores).view).suffix(20)
            #expect(Set(scored) == Set(samples.prefix(20).map(\.id)))
        }
        let paths = Dictionary(uniqueKeysWithValues: samples.map { ($0.id, $0.path.lowercased()) })
        let byPath = try ids(stage.make(ViewQuery(sort: ViewSort(field: "path"))).view)
        #expect(byPath.map { paths[$0] ?? "" } == paths.values.sorted())
    }

    @Test func `a view keeps its pictures while labels change, also when the server starts again`()
        throws
    {
        let query = ViewQuery(filter: [ViewCondition(field: "state", is: [.text("proposed")])])
        let view = try stage.make(query)
        #expect(try stage.make(query).view == view.view)
        let before = try ids(view.view)
        #expect(before.count == view.count)
        _ = try stage.decide(
            decision("d", .accept, [[0, 2]], expected: 2),
            about: view.view,
            by: "a"
        )
        #expect(try ids(view.view) == before)
        let again = GridStage(dataset: dataset)
        #expect(try again.pictures(of: view.view, 0..<1000).ids == before)
        let newer = try again.make(query)
        #expect(newer.view != view.view)
        #expect(newer.count == view.count - 2)
        #expect(throws: GridError.noView) { try stage.pictures(of: "0123456789abcdef", 0..<1) }
        #expect(throws: GridError.noView) { try stage.pictures(of: "../../etc/passwd", 0..<1) }
    }

    @Test func `a view within another one is a part of it`() throws {
        let even = try stage.make(
            ViewQuery(filter: [ViewCondition(field: "label", is: [.text("even")])])
        )
        let inner = try stage.make(
            ViewQuery(filter: [ViewCondition(field: "id", from: 5)], within: even.view)
        )
        #expect(try ids(inner.view) == ids(even.view).filter { $0 >= 5 })
    }

    @Test func `the most similar pictures come first, the picture itself before all`() throws {
        let picture = try #require(try dataset.samples().last?.id)
        let view = try stage.make(ViewQuery(similarTo: picture))
        let found = try ids(view.view)
        #expect(found.count == 40)
        #expect(found.first == picture)
        #expect(throws: GridError.noImage) { try stage.make(ViewQuery(similarTo: 999)) }
    }

    @Test func `what is similar is asked anew once more pictures have vectors`() throws {
        let fixture = try PipelineFixture(sources: try PipelineFixture.photos(20))
        _ = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        _ = try ImportStage(dataset: fixture.dataset).run(
            ImportStage.Request(sources: try PipelineFixture.photos(26))
        )
        let stage = GridStage(dataset: fixture.dataset)
        let ids = try fixture.dataset.samples().map(\.id)
        func similar(_ stage: GridStage, _ id: Sample.ID) throws -> (String, [Sample.ID], [Int]) {
            let view = try stage.make(ViewQuery(similarTo: id)).view
            let facet = try #require(try stage.facets(of: view, fields: ["similarity"]).first)
            let found = try stage.pictures(of: view, 0..<99).ids
            return (view, found, try #require(facet.bins).map(\.all))
        }
        let before = try similar(stage, ids[0])
        #expect(try similar(stage, ids[0]).0 == before.0)
        _ = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        let after = try similar(stage, ids[0])
        #expect(after.0 != before.0 && after.2.reduce(0, +) == 26)
        let other = try similar(stage, ids[1])
        for (found, id) in [(after, ids[0]), (other, ids[1])] {
            let fresh = try similar(GridStage(dataset: fixture.dataset), id)
            #expect(found == fresh)
        }
        #expect(other.2 != after.2)
    }

    @Test func `rows say number, class, score and state`() throws {
        let view = try stage.make(ViewQuery(sort: ViewSort(field: "id", descending: true)))
        let bytes = try stage.rows(of: view.view, from: 38, count: 5)
        #expect(Array(bytes.prefix(8)) == Array("WNR1".utf8) + [2, 0, 0, 0])
        let odd = try #require(try dataset.schema().schema.categories.first { $0.name == "odd" })
        #expect(Array(bytes[16..<24]) == [1, 0, 0, 0, UInt8(odd.id), 0, 0, 2])
        #expect(try stage.rows(of: view.view, from: 999, count: 5).count == 8)
    }

    @Test func `facets count all pictures and those of the view`() throws {
        let view = try stage.make(
            ViewQuery(filter: [ViewCondition(field: "state", is: [.text("accepted")])])
        )
        let fields = ["class", "state", "score", "width", "cluster", "issue", "format"]
        let facets = try stage.facets(of: view.view, fields: fields)
        #expect(facets.map(\.field) == fields)
        let classes = try #require(facets[0].values)
        #expect(classes.reduce(0) { $0 + $1.all } == 40)
        #expect(classes.first { $0.name == "even" }?.filtered == 10)
        let states = try #require(facets[1].values)
        #expect(states.first { $0.id == .text("accepted") }?.all == 20)
        let widths = try #require(facets[3].bins)
        #expect(widths.count == 48)
        #expect(widths.reduce(0) { $0 + $1.all } == 40)
        #expect(widths.reduce(0) { $0 + $1.filtered } == 20)
        #expect(widths[0].lo == Double(try dataset.samples().map(\.width).min() ?? 0))
        #expect(facets[6].values?.first?.id == .text("jpeg"))
        #expect(throws: GridError.self) { try stage.facets(of: view.view, fields: ["path"]) }
    }

    @Test func `a decision is one step, counts once, and needs the count that the page saw`() throws
    {
        let view = try stage.make(ViewQuery())
        let chosen = decision(
            "d",
            .label,
            [[0, 3], [2, 6]],
            except: [1],
            expected: 5,
            label: "new"
        )
        let result = try stage.decide(chosen, about: view.view, by: "a")
        #expect(result.status == .decided)
        #expect(result.changed == 5)
        let new = try make(ViewCondition(field: "label", is: [.text("new")]))
        #expect(new == [1, 3, 4, 5, 6])
        #expect(try make(ViewCondition(field: "state", is: [.text("corrected")])) == new)
        #expect(try stage.decide(chosen, about: view.view, by: "a").status == .repeated)
        #expect(throws: GridError.invalid("A position in except is 0 or more.")) {
            let wrong = decision("m", .label, [[0, 3]], except: [-1], expected: 3, label: "new")
            _ = try stage.decide(wrong, about: view.view, by: "a")
        }
        #expect(throws: GridError.countDiffers(expected: 4, found: 5)) {
            let other = decision("e", .accept, [[0, 5]], expected: 4)
            _ = try stage.decide(other, about: view.view, by: "a")
        }
        let undone = try stage.undoActs(of: "a", steps: 1)
        #expect(undone.acts.map(\.what) == ["labelled 5 as new"])
        #expect(undone.canRedo)
        #expect(try make(ViewCondition(field: "class", is: [.text("new")])).isEmpty)
        #expect(try stage.redoActs(of: "a", steps: 1).acts.map(\.count) == [5])
        #expect(try make(ViewCondition(field: "label", is: [.text("new")])) == new)
    }

    @Test func `a version shows the pictures and labels of its time`() throws {
        let version = try VersionStage(dataset: dataset).commit(message: "m", author: "a")
        let all = try stage.make(ViewQuery())
        _ = try stage.decide(
            decision("d", .label, [[0, 40]], expected: 40, label: "even"),
            about: all.view,
            by: "a"
        )
        let condition = ViewCondition(field: "class", is: [.text("even")])
        let then = ViewQuery(filter: [condition], version: String(version.id.hex.prefix(12)))
        let view = try stage.make(then)
        #expect(view.count == 10)
        #expect(view.version == String(version.id.hex.prefix(12)))
        #expect(try make(condition).count == 40)
        let rows = try stage.rows(of: view.view, from: 0, count: 1)
        #expect(rows.last == 2)
        #expect(throws: GridError.self) { try stage.make(ViewQuery(version: "none")) }
    }

    @Test func `a version is filtered by faults when no picture of it is left`() throws {
        let version = try VersionStage(dataset: dataset).commit(message: "m", author: "a")
        _ = try stage.make(ViewQuery())
        _ = try LabelStage(dataset: dataset).setMembership(
            of: dataset.samples().map(\.id),
            isPresent: false,
            author: "a"
        )
        #expect(try stage.make(ViewQuery()).count == 0)
        let condition = ViewCondition(field: "issue", is: [.text("dark")])
        for stage in [stage, GridStage(dataset: dataset)] {
            let query = ViewQuery(filter: [condition], version: String(version.id.hex.prefix(12)))
            let view = try stage.make(query)
            #expect(view.count == 0)
            #expect(try stage.facets(of: view.view, fields: ["issue"]).count == 1)
        }
    }

    @Test func `fields that people made can be filtered by`() throws {
        let values = try dataset.samples().prefix(3).map { ($0.id, String?.some("CC-BY")) }
        _ = try GovernanceStage(dataset: dataset, author: "a").set("licence", to: values)
        #expect(try make(ViewCondition(field: "meta.licence", is: [.text("CC-BY")])).count == 3)
        #expect(try make(ViewCondition(field: "meta.licence", is: [.none])).count == 37)
        #expect(try stage.fields().contains { $0.name == "meta.licence" && $0.kind == .text })
    }

    @Test func `a picture tells its history, its faults and its version, and takes an edit`()
        async throws
    {
        let desk = ReviewDesk(dataset: dataset)
        let before = try #require(try await desk.image(1, for: "ann"))
        #expect(before.history.map(\.label) == ["odd"])
        #expect(before.cluster != nil)
        #expect(before.metrics.brightness > 0)
        let edit = ImageEdit(
            id: "e",
            baseVersion: before.version,
            annotations: [.classification(category: "even")]
        )
        let result = try await desk.edit(edit, of: 1, by: "b")
        let after = try #require(try await desk.image(1, for: "ann"))
        #expect(after.version == result.version)
        #expect(after.history.map(\.source) == ["reviewer:b", "reviewer:a"])
        #expect(try await desk.edit(edit, of: 1, by: "b").version == result.version)
        let late = ImageEdit(id: "f", baseVersion: before.version, annotations: [])
        await #expect(throws: GridError.newerVersion) {
            _ = try await desk.edit(late, of: 1, by: "b")
        }
        await #expect(throws: GridError.noImage) { _ = try await desk.edit(late, of: 99, by: "b") }
    }
}
