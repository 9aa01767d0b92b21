#include "nn/data/dataset.h"
#include "nn/data/fold_split.h"
#include "nn/data/preprocess.h"
#include "runner/console/limits.h"
#include "runner/sweep_file/key_tables.h"
#include "runner/yaml/table_names.h"

namespace hpsearch::runner {
namespace {

using Form = KeyInfo::Form;
using Words = std::vector<std::string_view>;

constexpr double kMostLevels = 1000;

constexpr KeyInfo kDatasetKeys[]{
    {.name = "source", .meaning = "a built-in data set or a path"},
    {.name = "validation",
     .form = Form::kOther,
     .fallback = "0.2 of the training rows",
     .meaning = "a number of rows, a fraction, a CSV file, or `test` (the source's own test part)"},
    {.name = "test",
     .form = Form::kOther,
     .fallback = "the source's own test part, else 0.2 of all rows",
     .meaning = "a number of rows, a fraction, a CSV file, or `none`"},
    {.name = "target",
     .form = Form::kOther,
     .fallback = "the last column",
     .meaning = "the target column of a table, by name or by number from 0. A list makes a "
                "regression with several targets; rmse, mae and r2 are then means over them"},
    {.name = "task",
     .form = Form::kWord,
     .words =
         [] {
           return Words{nn::to_text(nn::Task::kClassification), nn::to_text(nn::Task::kBinary),
                        nn::to_text(nn::Task::kRegression)};
         },
     .fallback = "from the target",
     .meaning =
         "`classification`, `binary` or `regression`. Texts are classes. So are whole numbers with "
         "at most 20 different values, and with up to 100 if they run from 0 or 1 without gaps and "
         "each has 1 % of the rows or 20 rows. A metric for only one kind of task decides it"},
    {.name = "group",
     .form = Form::kOther,
     .meaning = "a column; rows with equal values stay in one part"},
    {.name = "order",
     .form = Form::kOther,
     .meaning = "a column of numbers or dates; the last rows become the test part, those before "
                "them the validation part. Rows with equal values stay in one part. With `folds`, "
                "each fold is validated on the rows after those that it trains on"},
    {.name = "columns",
     .form = Form::kMap,
     .fallback = "as found",
     .meaning = "`{drop, numeric, categorical, date, id, text}`, each a list of columns by name, "
                "by number from 0, or with `*` for any text: what these columns are, whatever they "
                "look like. Columns under `id`, `text` and `drop` are left out. `date: {NAME: "
                "day_first}` or `month_first` settles the order"},
    {.name = "missing",
     .form = Form::kOther,
     .fallback = "the usual words",
     .meaning =
         "the texts and numbers that mean a missing value, beside the empty cell; `[]` for none. "
         "They replace the usual words (`NaN`, `NA`, `null`, `None`, `-`, `?` and the like), "
         "except that a list of numbers alone keeps them"},
    {.name = "separator",
     .fallback = "as found",
     .meaning = "`comma`, `semicolon`, `tab`, `bar`, `blanks`, or one character in quotes"},
    {.name = "decimal",
     .form = Form::kWord,
     .words =
         [] {
           return Words{".", ",", "point", "comma"};
         },
     .fallback = "column by column",
     .meaning = "`'.'` or `','`"},
    {.name = "encoding",
     .fallback = "as found",
     .meaning = "a name that `iconv -l` lists, such as `windows-1252`"},
    {.name = "header",
     .form = Form::kTruth,
     .fallback = "as found",
     .meaning = "whether the first line is a header"},
    {.name = "max_levels",
     .form = Form::kWhole,
     .min = 2,
     .max = kMostLevels,
     .fallback = "50",
     .meaning = "how many texts of a column become features of their own"},
    {.name = "folds",
     .form = Form::kWhole,
     .min = nn::kFewestFolds,
     .max = nn::kMostFolds,
     .meaning = "2 to 50: every trial trains as many networks, each validated on its own fold of "
                "the rows outside the test part, in place of `validation`"},
    {.name = "split_seed",
     .form = Form::kWhole,
     .min = 0,
     .max = static_cast<double>(kMaxSeed),
     .fallback = "0",
     .meaning = "the seed of the split, which is the same for all trials"},
    {.name = "stratify",
     .form = Form::kTruth,
     .fallback = "true for classes without `group` and `order`",
     .meaning = "whether every part gets the same share of each class"},
    {.name = "preprocess",
     .form = Form::kWord,
     .words = [] { return table_names(nn::kPreprocessTable); },
     .fallback = "`unit` for bytes, `standardize` for numbers",
     .meaning = "how features are scaled"},
    {.name = "whiten_epsilon",
     .form = Form::kReal,
     .min = 0,
     .above_min = true,
     .fallback = "0.01",
     .meaning = "with `preprocess: pca_whiten`"},
    {.name = "threshold",
     .form = Form::kOther,
     .fallback = "0.5",
     .meaning =
         "of two classes: the probability above which a row gets the label of the second class. "
         "`share` is that class's share of the training rows, which suits a rare class"},
    {.name = "standardize_target",
     .form = Form::kTruth,
     .fallback = "true",
     .meaning = "whether a regression trains on targets with mean 0 and deviation 1. Losses are "
                "then in that unit; rmse and mae are always in the target's own"},
};

constexpr KeyInfo kColumnKeys[]{
    {.name = "drop", .form = Form::kOther, .meaning = "are left out"},
    {.name = "numeric", .form = Form::kOther, .meaning = "are numbers"},
    {.name = "categorical",
     .form = Form::kOther,
     .meaning = "are categories, also where they look like numbers"},
    {.name = "date",
     .form = Form::kOther,
     .meaning = "are dates; `{NAME: day_first}` or `month_first` settles the order"},
    {.name = "id", .form = Form::kOther, .meaning = "tell rows apart, and are left out"},
    {.name = "text", .form = Form::kOther, .meaning = "are free text, and are left out"},
};

}  // namespace

std::span<const KeyInfo> dataset_keys() {
  return kDatasetKeys;
}

std::span<const KeyInfo> column_keys() {
  return kColumnKeys;
}

}  // namespace hpsearch::runner
