// gnomon.kernels._core: the hot loops, bound to Python. Typed faces stand in gnomon/kernels/*.py.
#include <nanobind/nanobind.h>

namespace gnomon {
void bind_scan(nanobind::module_& m);
void bind_confusion(nanobind::module_& m);
void bind_losses(nanobind::module_& m);
void bind_ranking(nanobind::module_& m);
void bind_residuals(nanobind::module_& m);
void bind_records(nanobind::module_& m);
void bind_row_rankings(nanobind::module_& m);
void bind_indicators(nanobind::module_& m);
void bind_select(nanobind::module_& m);
void bind_histogram(nanobind::module_& m);
void bind_probability_bins(nanobind::module_& m);
}  // namespace gnomon

NB_MODULE(_core, m) {
  gnomon::bind_scan(m);
  gnomon::bind_confusion(m);
  gnomon::bind_losses(m);
  gnomon::bind_ranking(m);
  gnomon::bind_residuals(m);
  gnomon::bind_records(m);
  gnomon::bind_row_rankings(m);
  gnomon::bind_indicators(m);
  gnomon::bind_select(m);
  gnomon::bind_histogram(m);
  gnomon::bind_probability_bins(m);
}
