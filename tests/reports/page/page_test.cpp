// The parts of the page that need no browser; tests/browser covers the rest.
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "nn/base/sha256.h"
#include "reports/assets/assets.h"
#include "reports/page/html_page.h"
#include "reports/page/page_curves.h"
#include "reports/page/page_trials.h"
#include "reports/page/sweep_page.h"
#include "reports/statistics/surface.h"
#include "reports/text/base64.h"
#include "reports/text/json_text.h"
#include "test_locations.h"
#include "tests/reports/report_database.h"

namespace hpsearch::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::uint8_t> bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

// RFC 4648, section 10.
TEST(Base64, EqualsThePublishedVectors) {
  EXPECT_EQ(base64(bytes("")), "");
  EXPECT_EQ(base64(bytes("f")), "Zg==");
  EXPECT_EQ(base64(bytes("fo")), "Zm8=");
  EXPECT_EQ(base64(bytes("foo")), "Zm9v");
  EXPECT_EQ(base64(bytes("foob")), "Zm9vYg==");
  EXPECT_EQ(base64(bytes("fooba")), "Zm9vYmE=");
  EXPECT_EQ(base64(bytes("foobar")), "Zm9vYmFy");
}

TEST(JsonText, OfAPageCannotEndItsScript) {
  const std::string json = R"(["</script><b>","a)"
                           "\xE2\x80\xA8"
                           R"(b","c)"
                           "\xE2\x80\xA9"
                           R"("])";
  const std::string safe = for_html(json);
  EXPECT_THAT(safe, Not(HasSubstr("<")));
  EXPECT_THAT(safe, Not(HasSubstr("\xE2\x80")));
  EXPECT_EQ(nlohmann::json::parse(safe), nlohmann::json::parse(json));
}

TEST(JsonText, WritesNumbersThatAreNone) {
  std::string json;
  append_array(json, std::vector{0.123456789, 1e-9, std::nan(""), 1e300 * 1e300, 3.0},
               [](std::string& text, double x) { append_number(text, x); });
  EXPECT_EQ(json, "[0.12346,1e-09,null,null,3]");
}

TEST(SecondsBetween, CountsDaysAndMilliseconds) {
  EXPECT_DOUBLE_EQ(seconds_between("2026-02-28T23:59:59.500Z", "2026-03-01T00:00:01.250Z"), 1.75);
  EXPECT_DOUBLE_EQ(seconds_between("2024-02-28T00:00:00.000Z", "2024-03-01T00:00:00.000Z"),
                   2 * 86400.0);
  EXPECT_TRUE(std::isnan(seconds_between("", "2026-03-01T00:00:01.250Z")));
  EXPECT_TRUE(std::isnan(seconds_between("2026-13-01T00:00:01.250Z", "2026-03-01T00:00:01.250Z")));
}

TEST(Surface, FindsAPlateauAndLeavesBlankWhatNobodySaw) {
  std::vector<SurfacePoint> points;
  for (int i = 0; i < 200; ++i) {  // the lower left quarter
    const double x = 0.5 * ((i * 0.618034) - std::floor(i * 0.618034));
    const double y = 0.5 * i / 200.0;
    points.push_back({x, y, x < 0.25 ? 1.0 : 3.0});
  }
  const Surface surface = smooth_surface(points, 20);
  ASSERT_EQ(surface.values.size(), 400U);
  auto at = [&](std::size_t column, std::size_t row) { return surface.values[row * 20 + column]; };
  EXPECT_NEAR(at(2, 5), 1.0, 0.1);
  EXPECT_NEAR(at(8, 5), 3.0, 0.1);
  EXPECT_TRUE(std::isnan(at(19, 19)));
}

TEST(Surface, ChoosesAWideKernelForNoiseAndANarrowOneForStructure) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> uniform;
  std::normal_distribution<double> normal;
  std::vector<SurfacePoint> noise;
  std::vector<SurfacePoint> waves;
  for (int i = 0; i < 300; ++i) {
    const double x = uniform(random);
    const double y = uniform(random);
    noise.push_back({x, y, normal(random)});
    waves.push_back({x, y, std::sin(12.0 * x)});
  }
  EXPECT_GT(smooth_surface(noise, 4).bandwidth, 2.0 * smooth_surface(waves, 4).bandwidth);
}

TEST(Surface, IsNotDrawnFromAHandfulOfTrials) {
  EXPECT_THAT(smooth_surface({{0, 0, 1}, {1, 1, 1}, {0, 1, 1}, {1, 0, 1}}, 8).values, IsEmpty());
}

TEST(Thin, KeepsTheEndsAndTheBest) {
  EXPECT_THAT(thin(4, 10, 2), ElementsAre(0U, 1U, 2U, 3U));
  EXPECT_THAT(thin(100, 3, 1'000), ElementsAre(0U, 49U, 99U));
  EXPECT_THAT(thin(100, 3, 99), ElementsAre(0U, 49U, 99U));
  for (std::size_t best = 0; best < 100; ++best) {
    const auto kept = thin(100, 5, best);
    EXPECT_LE(kept.size(), 5U) << best;
    EXPECT_EQ(kept.front(), 0U) << best;
    EXPECT_EQ(kept.back(), 99U) << best;
    EXPECT_THAT(kept, testing::Contains(best));
  }
  EXPECT_THAT(thin(0, 5, 0), IsEmpty());
}

SweepData many_trials(std::size_t count) {
  SweepData data;
  for (std::size_t i = 0; i < count; ++i) {
    TrialData trial;
    trial.row.number = i;
    trial.row.epochs_done = 1;
    trial.row.state = i + 3 >= count ? search::TrialState::kRunning : search::TrialState::kComplete;
    data.trials.push_back(trial);
    data.ranked.push_back(count - 1 - i);
  }
  return data;
}

TEST(ChooseCurves, TakesAllOfFewTrials) {
  EXPECT_EQ(choose_curves(many_trials(50), 100).size(), 50U);
}

TEST(ChooseCurves, TakesTheBestThoseThatRunAndASampleOfTheOthers) {
  const auto chosen = choose_curves(many_trials(5000), 300);
  EXPECT_LE(chosen.size(), 300U);
  EXPECT_GT(chosen.size(), 250U);
  for (std::size_t best = 4900; best < 5000; ++best) {
    EXPECT_THAT(chosen, testing::Contains(best));
  }
  EXPECT_LT(chosen.front(), 50U) << "a sample of all, not of the first";
}

TEST(Vendor, FilesAreThoseOfTheirChecksums) {
  std::ifstream file(HPSEARCH_SOURCE_DIR "/reports/assets/README.md");
  const std::string readme{std::istreambuf_iterator<char>(file), {}};
  for (const char* name : {"echarts.min.js", "uplot.min.js", "uplot.min.css"}) {
    const std::string line = nn::sha256_hex(asset(std::string("vendor/") + name)) + "  " + name;
    EXPECT_THAT(readme, HasSubstr(line));
  }
}

TEST(Licences, AreThoseOfAllThatIsInside) {
  const std::string text = asset_licences();
  for (const char* words : {"Apache License", "Apache ECharts", "Baidu Inc.", "Mike Bostock",
                            "Microsoft Corporation", "Leon Sorokin"}) {
    EXPECT_NE(text.find(words), std::string::npos) << words;
  }
}

class SweepPage : public testing::Test {
 protected:
  std::string json() {
    const auto queries_opened = storage::open_queries(db.file);
    storage::Queries& queries = *queries_opened;
    FollowedPage page([](const auto&, const auto&) -> std::string { return "yaml"; });
    page.update(queries, *queries.newest_sweep());
    return page.json(queries);
  }
  ReportDatabase db;
};

TEST_F(SweepPage, HasTheTrialsInColumns) {
  db.add_trials();
  const auto page = nlohmann::json::parse(json());
  const auto& trials = page["trials"];
  EXPECT_EQ(trials["number"], nlohmann::json({0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(trials["value"][1], 0.9375);
  EXPECT_TRUE(trials["value"][2].is_null());
  EXPECT_EQ(trials["states"][trials["state"][2].get<std::size_t>()], "diverged");
  EXPECT_EQ(trials["val_loss"][0], 0.2);
  EXPECT_EQ(page["parameters"][0]["choices"], nlohmann::json({"[64]", "[64, 32]"}));
  EXPECT_EQ(trials["params"][0], nlohmann::json({0, 1, 0, nullptr, nullptr, nullptr}));
  EXPECT_EQ(trials["params"][1][1], 0.012346);
  EXPECT_EQ(page["ranked"], nlohmann::json({1, 0}));
  EXPECT_EQ(page["best"]["yaml"], "yaml");
  EXPECT_EQ(page["curves"]["curves"][0]["s"][1], nlohmann::json({0.25, 0.2}));
}

TEST_F(SweepPage, OfASweepWithoutTrialsIsWhole) {
  const auto page = nlohmann::json::parse(json());
  EXPECT_TRUE(page["best"].is_null());
  EXPECT_EQ(page["trials"]["number"], nlohmann::json::array());
  EXPECT_EQ(page["pictures"]["weights"], nullptr);
}

TEST(StaticPage, AllowsItsOwnScriptAndNothingElse) {
  const std::string page = static_page("a <b> & \"c\"", "{}", "<p>rows</p>");
  EXPECT_THAT(page, HasSubstr("<title>a &lt;b&gt; &amp; &quot;c&quot; "));
  EXPECT_THAT(page, HasSubstr("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe")));
  EXPECT_THAT(page, Not(HasSubstr("connect-src")));
}

}  // namespace
}  // namespace hpsearch::reports
