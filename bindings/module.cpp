// gnomon.kernels._core: the core, bound to Python. Typed faces stand in gnomon/kernels/*.py.
//
// The interpreter's lock is released while a kernel runs. What a kernel refuses arrives as a ValueError (or an
// IndexError), and Ctrl-C as what Python makes of it.
#include <optional>
#include <string>
#include <vector>

#include "casters.h"
#include "confusion.h"
#include "errors.h"
#include "histogram.h"
#include "indicators.h"
#include "losses.h"
#include "probability_bins.h"
#include "ranking.h"
#include "records.h"
#include "resampling.h"
#include "residuals.h"
#include "row_rankings.h"
#include "scan.h"
#include "select.h"
#include "stop.h"
#include "strings.h"

namespace nb = nanobind;
using namespace gnomon;  // NOLINT: this file is nothing but names of the core

namespace {

using Unlocked = nb::call_guard<nb::gil_scoped_release>;

// What Python made of a signal, from the kernel that asked to the translator of its exception, on one thread.
thread_local std::optional<nb::python_error> interruption;

// Python notes a signal, and its main thread looks for it now and then.
bool interrupted() {
  nb::gil_scoped_acquire hold;
  if (PyErr_CheckSignals() == 0) return false;
  interruption.emplace();
  return true;
}

void translate_stop(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Stopped&) {
    interruption->restore();
    interruption.reset();
  }
}

template <class T>
void bind_floats(nb::module_& m) {
  m.def("scan", &scan_floats<T>, Unlocked(), nb::arg("values"), nb::arg("threads"));
  m.def("confusion_at", &confusion_at<T>, Unlocked(), nb::arg("target"), nb::arg("score"), nb::arg("threshold"),
        nb::arg("threads"));
  m.def("brier_sums", &brier_sums<T>, Unlocked(), nb::arg("target"), nb::arg("score"), nb::arg("weight").none(),
        nb::arg("squares"), nb::arg("threads"));
  m.def("log_loss_sums", &log_loss_sums<T>, Unlocked(), nb::arg("target"), nb::arg("score"), nb::arg("weight").none(),
        nb::arg("least"), nb::arg("most"), nb::arg("squares"), nb::arg("threads"));
  m.def("class_losses", &class_losses<T>, Unlocked(), nb::arg("target"), nb::arg("scores"), nb::arg("least"),
        nb::arg("most"), nb::arg("threads"));
  m.def(
      "class_scan",
      [](Matrix<T> scores, int threads) {
        const auto [scan, farthest] = class_scan(scores, threads);
        return std::tuple(scan.nans, scan.infinities, scan.low, scan.high, farthest);
      },
      Unlocked(), nb::arg("scores"), nb::arg("threads"));
  m.def("residual_sums", &residual_sums<T>, Unlocked(), nb::arg("target"), nb::arg("prediction"),
        nb::arg("weight").none(), nb::arg("terms"), nb::arg("parameter"), nb::arg("threads"));
  m.def("largest_residual", &largest_residual<T>, Unlocked(), nb::arg("target"), nb::arg("prediction"),
        nb::arg("threads"));
  m.def("top_k_hits", &top_k_hits<T>, Unlocked(), nb::arg("target"), nb::arg("scores"), nb::arg("k"),
        nb::arg("threads"));
  m.def("probability_bins", &probability_bins<T>, Unlocked(), nb::arg("score"), nb::arg("label"),
        nb::arg("weight").none(), nb::arg("square").none(), nb::arg("edges"), nb::arg("threads"));
}

template <class T>
void bind_integers(nb::module_& m) {
  m.def("span", &span_integers<T>, Unlocked(), nb::arg("values"), nb::arg("threads"));
  m.def("occurring", &occurring<T>, Unlocked(), nb::arg("values"), nb::arg("low"), nb::arg("span"), nb::arg("threads"));
  m.def("encode_narrow", &encode_narrow<T>, Unlocked(), nb::arg("values"), nb::arg("threads"));
  m.def("encode", &encode<T>, Unlocked(), nb::arg("values"), nb::arg("low"), nb::arg("table"), nb::arg("narrow"),
        nb::arg("threads"));
}

template <class T>
void bind_codes(nb::module_& m) {
  m.def("confusion", &confusion<T>, Unlocked(), nb::arg("target"), nb::arg("predicted"), nb::arg("classes"),
        nb::arg("threads"));
}

template <class T>
void bind_labels(nb::module_& m) {
  m.def("label_counts", &label_counts<T>, Unlocked(), nb::arg("target"), nb::arg("predicted"), nb::arg("threads"));
  m.def("confusion_weights", &confusion_weights<T>, Unlocked(), nb::arg("target"), nb::arg("predicted"),
        nb::arg("weight"), nb::arg("low"), nb::arg("classes"), nb::arg("squares"), nb::arg("threads"));
}

template <class T>
void bind_units(nb::module_& m) {
  m.def("encode_records", &encode_records<T>, Unlocked(), nb::arg("records"), nb::arg("threads"));
}

nb::dict to_dict(const Pairs& sums, const Frame& frame) {
  nb::dict result;
  result["positives"] = frame.p_all;
  result["negatives"] = frame.q_all;
  result["wins"] = sums.wins;
  result["positive_squares"] = sums.positive_squares;
  result["negative_squares"] = sums.negative_squares;
  result["precisions"] = sums.precisions;
  result["weighted_precisions"] = sums.weighted_precisions;
  result["gap_above"] = sums.gap_above;
  result["gap_below"] = sums.gap_below;
  return result;
}

Keep to_keep(const std::string& name) {
  if (name == "all") return Keep::kAll;
  if (name == "bends") return Keep::kBends;
  if (name == "gains") return Keep::kGains;
  throw InvalidInput("keep must be all, bends or gains");
}

// The columns of a list, which is kept alive with what it held when the call was made.
template <class T>
using Column = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using ScoreColumn = std::variant<Column<double>, Column<float>>;

template <class T>
std::vector<Input<T>> inputs_of(const std::vector<Column<T>>& columns) {
  std::vector<Input<T>> inputs;
  for (const auto& column : columns) inputs.emplace_back(column.data(), column.size());
  return inputs;
}

std::vector<Scores> inputs_of(const std::vector<ScoreColumn>& columns) {
  std::vector<Scores> inputs;
  for (const auto& column : columns)
    std::visit([&](const auto& own) { inputs.emplace_back(std::span(own.data(), own.size())); }, column);
  return inputs;
}

void bind_ranking(nb::module_& m) {
  nb::class_<Ranking>(m, "Ranking")
      .def(
          "__init__",
          [](Ranking* self, const std::vector<ScoreColumn>& scores, const std::vector<Column<std::uint8_t>>& labels,
             const std::vector<Column<i64>>& weights,
             int threads) { new (self) Ranking(inputs_of(scores), inputs_of(labels), inputs_of(weights), threads); },
          Unlocked(), nb::arg("scores").noconvert(), nb::arg("labels").noconvert(), nb::arg("weights").noconvert(),
          nb::arg("threads"))
      .def("totals", &Ranking::totals)
      .def("largest", &Ranking::largest)
      .def(
          "pairs",
          [](const Ranking& self, const Frame& frame, double negative_unit) {
            nb::gil_scoped_release release;
            const Pairs sums = self.pairs(frame, negative_unit);
            nb::gil_scoped_acquire hold;
            return to_dict(sums, frame);
          },
          nb::arg("frame"), nb::arg("negative_unit"))
      .def("bins", &Ranking::bins, Unlocked(), nb::arg("frame"), nb::arg("p_step"), nb::arg("q_step"))
      .def(
          "curve",
          [](const Ranking& self, const std::string& keep, double positive_unit, double negative_unit) {
            return self.curve(to_keep(keep), positive_unit, negative_unit);
          },
          Unlocked(), nb::arg("keep"), nb::arg("positive_unit"), nb::arg("negative_unit"))
      .def("hull", &Ranking::hull, Unlocked())
      .def("below", &Ranking::below, nb::arg("threshold"));
  m.def("convex_hull", &convex_hull, Unlocked(), nb::arg("threshold"), nb::arg("p"), nb::arg("q"));
  m.def("placements", &placements, Unlocked(), nb::arg("scores"), nb::arg("labels"), nb::arg("weight").none(),
        nb::arg("place").none(), nb::arg("threads"));
}

// Reading and restoring counts keeps the lock, as they are short; no other thread may add meanwhile.
void bind_histogram(nb::module_& m) {
  nb::class_<Histogram>(m, "Histogram")
      .def(nb::init<Input<double>, std::size_t, bool>(), nb::arg("sample"), nb::arg("wanted"), nb::arg("weighted"))
      .def_static(
          "of_form",
          [](u64 low, u64 high, std::size_t wanted, std::size_t bins, Input<std::uint8_t> divisions, bool weighted) {
            return Histogram(GridForm{low, high, wanted, bins, {divisions.begin(), divisions.end()}}, weighted);
          },
          nb::arg("low"), nb::arg("high"), nb::arg("wanted"), nb::arg("bins"), nb::arg("divisions"),
          nb::arg("weighted"))
      .def("form",
           [](const Histogram& self) {
             const GridForm form = self.form();
             auto divisions = make_buffer<std::uint8_t>(form.divisions.size());
             std::copy(form.divisions.begin(), form.divisions.end(), &divisions[0]);
             return std::tuple(form.low, form.high, form.wanted, form.bins,
                               Array(std::move(divisions), form.divisions.size()));
           })
      .def("like", &Histogram::like)
      .def("bins", &Histogram::bins)
      .def("add", &Histogram::add, Unlocked(), nb::arg("scores"), nb::arg("labels"), nb::arg("weights").none(),
           nb::arg("squares").none())
      .def("merge", &Histogram::merge, Unlocked(), nb::arg("other"))
      .def("counts", &Histogram::counts)
      .def("restore", &Histogram::restore, nb::arg("p"), nb::arg("q"), nb::arg("p_squares"), nb::arg("q_squares"),
           nb::arg("word"))
      .def("edges", &Histogram::edges)
      .def("one_score", &Histogram::one_score, nb::arg("bin"))
      .def("totals", &Histogram::totals)
      .def(
          "pairs",
          [](const Histogram& self, std::size_t start, std::size_t stop, const Frame& frame, double negative_unit,
             int threads) {
            nb::gil_scoped_release release;
            const Pairs sums = self.pairs(start, stop, frame, negative_unit, threads);
            nb::gil_scoped_acquire hold;
            return to_dict(sums, frame);
          },
          nb::arg("start"), nb::arg("stop"), nb::arg("frame"), nb::arg("negative_unit"), nb::arg("threads"))
      .def("gather", &Histogram::gather, nb::arg("start"), nb::arg("stop"), nb::arg("frame"), nb::arg("p_step"),
           nb::arg("q_step"))
      .def("bounds", &Histogram::bounds, Unlocked(), nb::arg("negative_unit"), nb::arg("beta_squared"),
           nb::arg("threads"))
      .def("spread", &Histogram::spread, nb::arg("auc"));
}

}  // namespace

NB_MODULE(_core, m) {
  should_stop = &interrupted;
  nb::register_exception_translator(&translate_stop);

  bind_floats<double>(m);
  bind_floats<float>(m);
  bind_integers<std::int8_t>(m);
  bind_integers<std::uint8_t>(m);
  bind_integers<std::int16_t>(m);
  bind_integers<std::uint16_t>(m);
  bind_integers<std::int32_t>(m);
  bind_integers<std::uint32_t>(m);
  bind_integers<std::int64_t>(m);
  bind_integers<std::uint64_t>(m);
  bind_codes<std::uint8_t>(m);
  bind_codes<std::int32_t>(m);
  bind_codes<std::int64_t>(m);
  bind_labels<std::uint8_t>(m);
  bind_labels<std::int8_t>(m);
  bind_labels<std::int32_t>(m);
  bind_labels<std::int64_t>(m);
  bind_units<std::uint8_t>(m);
  bind_units<std::uint32_t>(m);
  bind_units<std::uint64_t>(m);
  bind_ranking(m);
  bind_histogram(m);

  m.def("encode_objects", &encode_objects, nb::arg("addresses"));
  m.def("mean_sums", &mean_sums, Unlocked(), nb::arg("values"), nb::arg("weight").none(), nb::arg("squares"),
        nb::arg("threads"));
  m.def("label_margins", &label_margins, Unlocked(), nb::arg("target"), nb::arg("predicted"), nb::arg("threads"));
  m.def("row_margins", &row_margins, Unlocked(), nb::arg("target"), nb::arg("predicted"), nb::arg("threads"));
  m.def("label_ranking", &label_ranking, Unlocked(), nb::arg("measure"), nb::arg("truth"), nb::arg("scores"),
        nb::arg("threads"));
  m.def("gains", &gains, Unlocked(), nb::arg("relevance"), nb::arg("scores"), nb::arg("discount"),
        nb::arg("ignore_ties"), nb::arg("threads"));
  m.def("ks_of_samples", &ks_of_samples, Unlocked(), nb::arg("first"), nb::arg("second"), nb::arg("samples"),
        nb::arg("seed"));
  m.def("select", &gnomon::select, Unlocked(), nb::arg("values"), nb::arg("weight").none(), nb::arg("goal"),
        nb::arg("threads"));
  m.def("next_above", &next_above, Unlocked(), nb::arg("values"), nb::arg("limit"), nb::arg("threads"));
}
